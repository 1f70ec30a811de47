"""One label or several in one text, and back."""

import pytest

from daybreak.data.reading import labels


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("好", ("好",)),
        ("", ()),
        ('["a", "b"]', ("a", "b")),
        ('["a", 1]', ("a", "1")),
        ("[]", ()),
        ("[odd", ("[odd",)),
        ("[" * 100_000, ("[" * 100_000,)),
        ('{"a": 1}', ('{"a": 1}',)),
    ],
)
def test_names(label: str, names: tuple[str, ...]) -> None:
    assert labels.names(label) == names


@pytest.mark.parametrize(
    ("names", "label"), [(["b", " a ", "b", ""], '["a", "b"]'), (["好"], "好"), ([], ""), ([" "], "")]
)
def test_joined(names: list[str], label: str) -> None:
    assert labels.joined(names) == label
    assert labels.joined(labels.names(label)) == label
