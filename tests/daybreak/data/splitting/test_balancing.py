"""Labels become equally frequent, by the seed alone, several labels of a row counted as a combination."""

from collections import Counter

from daybreak.data.splitting.balancing import left_out, repeated

LABELS = ["好"] * 70 + ["差"] * 20 + ['["好", "差"]'] * 10


def test_rare_labels_are_repeated_until_all_are_as_frequent() -> None:
    added = repeated(LABELS, 17)
    assert Counter([*LABELS, *(LABELS[place] for place in added)]) == dict.fromkeys(set(LABELS), 70)
    assert added == repeated(LABELS, 17) != repeated(LABELS, 18)


def test_frequent_labels_are_left_out_until_all_are_as_rare() -> None:
    gone = left_out(LABELS, 17)
    assert Counter(label for place, label in enumerate(LABELS) if place not in gone) == dict.fromkeys(set(LABELS), 10)
    assert gone == left_out(LABELS, 17) != left_out(LABELS, 18)


def test_a_single_label_is_balanced() -> None:
    assert repeated([""] * 5, 1) == left_out([""] * 5, 1) == []
