"""A history has few points whatever the length, says how long it will take, and goes on where it was put down."""

import json
from pathlib import Path

import pytest
import torch

from daybreak.training.fitting import Step
from daybreak.training.watching.history import POINTS, History, _duration
from daybreak.training.watching.usage import Usage


def step(number: int, of: int = 20, loss: float = 0.5, ratio: float | None = None) -> Step:
    return Step(number, of, number / 10, loss, 1e-3, 2.0, 100, 8, ratio)


def test_a_long_training_has_about_200_points_that_are_means() -> None:
    history = History()
    for number in range(1, 10 * POINTS + 1):
        history.add(step(number, 10 * POINTS, loss=number))
    assert len(history.steps) == POINTS
    assert history.steps[0]["loss"] == 5.5
    assert history.steps[-1]["step"] == 10 * POINTS


def test_a_point_has_the_ratio_where_a_step_had_it_and_the_use_of_the_machine() -> None:
    history = History(usage=Usage(torch.device("cpu")))
    plain, measured = history.add(step(1)), history.add(step(2, ratio=1e-3))
    assert plain is not None
    assert measured is not None
    assert "update_ratio" not in plain
    assert measured["update_ratio"] == 1e-3
    assert {"cpu_percent", "memory_gib", "tokens_per_second"} <= measured.keys()


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.4, "3 s"), (119, "119 s"), (121, "2 min"), (7100, "118 min"), (9000, "2 h 30 min")]
)
def test_what_is_left_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert _duration(seconds) == words


def test_put_down_and_taken_up_it_is_the_same_history() -> None:
    whole, first, second = History(), History(), History()
    for number in range(1, 601):
        whole.add(step(number, 600, loss=number, ratio=0.1 if number % 7 == 0 else None))
    for number in range(1, 302):
        first.add(step(number, 600, loss=number, ratio=0.1 if number % 7 == 0 else None))
    first.tell(301, 600, "it rained")
    second.restore(json.loads(json.dumps(first.state())), 301)
    for number in range(302, 601):
        second.add(step(number, 600, loss=number, ratio=0.1 if number % 7 == 0 else None))

    def untimed(history: History) -> list[dict[str, float]]:
        return [{name: value for name, value in point.items() if "second" not in name} for point in history.steps]

    assert untimed(second) == untimed(whole)
    assert second.events == [{"step": 301, "what": "it rained"}]


def test_what_is_said_goes_to_who_listens() -> None:
    said: list[tuple[float, str]] = []
    history = History(lambda *word: said.append(word))
    history.add(step(5))
    history.tell(5, 20, "memory was short")
    history.close_epoch(step(10), {"loss": 0.4, "accuracy": 0.8})
    assert [share for share, _ in said] == [0.25, 0.25, 0.5]
    assert said[0][1].startswith("step 5 of 20, loss 0.500, ")
    assert said[2][1] == "epoch 1: validation loss 0.400, accuracy 0.800"


def test_the_file_has_everything(tmp_path: Path) -> None:
    history = History()
    history.add(step(1))
    history.close_epoch(step(1), {"loss": 0.4})
    history.tell(1, 20, "内存不足")
    history.composition = [{"step": 1, "labels": {"好": 3}}]
    history.write(tmp_path / "history.json")
    text = (tmp_path / "history.json").read_text(encoding="utf-8")
    assert "内存不足" in text
    assert {name: len(entries) for name, entries in json.loads(text).items()} == dict.fromkeys(
        ("steps", "epochs", "events", "composition"), 1
    )
