"""A training that is killed anywhere, or asked to stop, ends with the very weights it would have ended with."""

import json
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from killing import Lab, lab

from daybreak import digests, recipes
from daybreak.errors import Interrupted, StepFailed
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import checkpoints, course, loop
from daybreak.training.fitting import Fitting
from daybreak.training.params import CheckpointParams, TrainingParams
from daybreak.training.watching.history import History

SIZES = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
STEPS = 20


class Problem(NamedTuple):
    """What is trained in these tests: small, but with everything on that an exact resume could stumble over."""

    dataset: DatasetRef
    model: ModelParams
    training: TrainingParams


@pytest.fixture(scope="module")
def opened() -> Iterator[Lab]:
    with lab() as found:
        yield found


def problem(recipe: str, dataset: DatasetRef) -> Problem:
    kind = {"classify": "bert", "generate": "llama"}[recipe]
    config = {**SIZES, "model_type": kind, "max_position_embeddings": 64}
    training = TrainingParams(
        learning_rate=5e-3,
        epochs=4,
        batch_size=8,
        accumulation=2,
        schedule="cosine",
        max_length=64,
        dropout=0.1,
        checkpoints=CheckpointParams(every_steps=3),
    )
    return Problem(dataset, ModelParams(recipe=recipe, base="scratch", config=config), training)


def weights(model: ModelRef | None) -> str:
    assert model is not None
    return digests.of_file(model.path / "model.safetensors")


@pytest.mark.parametrize("recipe", ["classify", "generate"])
def test_killed_at_five_random_steps_the_weights_are_the_same_bits(
    recipe: str, tiny_dataset: DatasetRef, opened: Lab, tmp_path: Path
) -> None:
    given = problem(recipe, tiny_dataset)
    whole = opened.train(*given, tmp_path / "whole", cache=tmp_path / "cache")
    points = sorted(random.sample(range(1, STEPS), 5))
    for attempt, point in enumerate(points):
        killed = opened.train(*given, tmp_path / f"killed-{attempt}", cache=tmp_path / "cache", kill_at=point)
        assert (killed.killed_by, killed.model) == (signal.SIGKILL, None), killed.error
    ended = opened.train(*given, tmp_path / "ended", cache=tmp_path / "cache")
    assert weights(ended.model) == weights(whole.model), points
    assert ended.model is not None
    assert whole.model is not None
    assert ended.model.sha256 == whole.model.sha256
    assert ended.model.metrics == whole.model.metrics
    assert any(word.startswith("goes on from the checkpoint at step") for word in ended.said), points
    assert losses(ended.model) == losses(whole.model)
    assert list((tmp_path / "cache" / "checkpoints").iterdir()) == []


def losses(model: ModelRef) -> list[tuple[float, float]]:
    history = json.loads((model.path / loop.HISTORY).read_text("utf-8"))
    return [(point["step"], point["loss"]) for point in history["steps"]]


def test_killed_with_early_stopping_the_best_epoch_is_the_same(
    tiny_dataset: DatasetRef, opened: Lab, tmp_path: Path
) -> None:
    dataset, model, training = problem("classify", tiny_dataset)
    given = dataset, model, training.model_copy(update={"patience": 2, "metric": "loss"})
    whole = opened.train(*given, tmp_path / "whole", cache=tmp_path / "cache")
    for point in (6, 12):
        opened.train(*given, tmp_path / f"killed-{point}", cache=tmp_path / "cache", kill_at=point)
    ended = opened.train(*given, tmp_path / "ended", cache=tmp_path / "cache")
    assert weights(ended.model) == weights(whole.model)


def test_asked_to_stop_a_checkpoint_is_there_within_ten_seconds(
    tiny_dataset: DatasetRef, opened: Lab, tmp_path: Path
) -> None:
    dataset, model, training = problem("classify", tiny_dataset)
    given = dataset, model, training.model_copy(update={"checkpoints": CheckpointParams(every_steps=0)})
    whole = opened.train(*given, tmp_path / "whole", cache=tmp_path / "cache")
    before = time.time()
    asked = opened.train(*given, tmp_path / "asked", cache=tmp_path / "cache", kill_at=7, number=signal.SIGTERM)
    assert (asked.killed_by, asked.model) == (signal.SIGTERM, None)
    (notes,) = (tmp_path / "cache" / "checkpoints").iterdir()
    (place,) = sorted(notes.glob("step-*"))[-1:]
    assert int(place.name.removeprefix("step-")) >= 7
    assert before < place.stat().st_mtime < before + 10
    ended = opened.train(*given, tmp_path / "ended", cache=tmp_path / "cache")
    assert weights(ended.model) == weights(whole.model)


def test_a_signal_that_ends_nothing_does_not_pass_for_an_end(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    given = problem("classify", tiny_dataset)
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        with pytest.raises(StepFailed, match=r"asked to stop at step \d+ of 20.*Run again to go on from there"):
            folder = tmp_path / "a"
            folder.mkdir()
            loop.train(*given, folder, cache=tmp_path, watch=lambda point, step: signal.raise_signal(signal.SIGTERM))
    finally:
        signal.signal(signal.SIGTERM, before)


class Bench:
    """Courses over one small problem in this process, each with a network of its own and the same folder."""

    def __init__(self, given: Problem, prepared: loop.Prepared, folder: Path) -> None:
        self.given, self.prepared, self.folder = given, prepared, folder

    def course(self, **settings: object) -> tuple[course.Course, History]:
        from daybreak.training import assembling, devices, seed

        training = self.given.training.model_copy(update=settings)
        recipe, labels = recipes.find(self.given.model.recipe), self.given.dataset.labels
        seed.fix(training.seed, training.threads)
        network = assembling.build(recipe, self.prepared.base, labels, training, devices.CPU)
        fitting = Fitting(network, recipe, self.prepared.learned, training, labels=labels)
        history = History()
        return course.Course(fitting, self.prepared.validation, history, self.folder / "notes"), history


@pytest.fixture(scope="module")
def prepared(tiny_dataset: DatasetRef, tmp_path_factory: pytest.TempPathFactory) -> loop.Prepared:
    return loop.prepare(*problem("classify", tiny_dataset), tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Courses are run under a fixed seed: the process gets its own settings back."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(before[0])
    torch.use_deterministic_algorithms(before[1])


@pytest.fixture
def bench(tiny_dataset: DatasetRef, prepared: loop.Prepared, tmp_path: Path) -> Bench:
    return Bench(problem("classify", tiny_dataset), prepared, tmp_path)


@pytest.fixture(scope="module")
def expected(
    tiny_dataset: DatasetRef, prepared: loop.Prepared, tmp_path_factory: pytest.TempPathFactory
) -> list[torch.Tensor]:
    """The weights of a course that nobody disturbed."""
    whole, _ = Bench(problem("classify", tiny_dataset), prepared, tmp_path_factory.mktemp("whole")).course()
    whole.run()
    return parameters(whole)


def parameters(made: course.Course) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in made.fitting.bare.parameters()]


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def interrupt(made: course.Course, after: int) -> None:
    """Run until `asked` was asked so many times, then say yes."""
    answers = iter(range(after))
    made.fitting.asked = lambda: next(answers, None) is None
    with pytest.raises(Interrupted):
        made._go(lambda: False)
    made._put_down()


@pytest.mark.parametrize("after", [0, 1, 5, 10, 11, 40])
def test_interrupted_within_a_step_or_a_measurement_it_stands_as_before(
    bench: Bench, expected: list[torch.Tensor], after: int
) -> None:
    first, _ = bench.course()
    first._take_up()
    interrupt(first, after)
    second, history = bench.course()
    second.run()
    assert same(parameters(second), expected)
    assert [point["step"] for point in history.epochs] == [5, 10, 15, 20]
    assert history.events[0]["what"].startswith("goes on from the checkpoint")


def stopped(bench: Bench, at: int, **settings: object) -> course.Course:
    """A course that went so many steps and left its checkpoints."""
    made, _ = bench.course(**settings)
    made._take_up()
    for step in made.fitting.steps():
        made._note(step)
        if step.number % made.fitting.each == 0:
            made._ends_with(step)
        if made._is_due(step):
            made._put_down()
        if step.number == at:
            break
    return made


def test_a_damaged_checkpoint_is_passed_over_and_told(bench: Bench, expected: list[torch.Tensor]) -> None:
    stopped(bench, 9)
    newest = sorted((bench.folder / "notes").glob("step-*"))[-1]
    path = newest / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-8] + b"\x00" * 8)
    second, history = bench.course()
    second.run()
    assert [event["what"] for event in history.events] == [
        "the checkpoint step-000000009 is damaged and was passed over",
        "goes on from the checkpoint at step 6 of 20",
    ]
    assert same(parameters(second), expected)


def test_without_any_whole_checkpoint_it_begins_anew(bench: Bench) -> None:
    stopped(bench, 9)
    for place in (bench.folder / "notes").glob("step-*"):
        (place / "manifest.json").unlink()
    second, history = bench.course()
    second.run()
    assert [event["step"] for event in history.events] == [0, 0]
    assert all("damaged" in event["what"] for event in history.events)
    assert history.steps[0]["step"] == 1


def test_without_the_weights_of_the_best_epoch_it_begins_anew(bench: Bench) -> None:
    stopped(bench, 9, patience=3)
    (kept,) = (bench.folder / "notes" / "best").glob("step-*")
    (kept / "weights.safetensors").unlink()
    second, history = bench.course(patience=3)
    second.run()
    assert "the weights of its best epoch are lost" in history.events[-1]["what"]
    assert history.steps[0]["step"] == 1


def test_only_the_last_checkpoints_are_kept(bench: Bench) -> None:
    stopped(bench, 12)
    assert [place.name[-2:] for place in sorted((bench.folder / "notes").glob("step-*"))] == ["10", "12"]
    stopped(bench, 16, checkpoints=CheckpointParams(every_steps=0, keep_last=1))
    assert [place.name[-2:] for place in sorted((bench.folder / "notes").glob("step-*"))] == ["15"]


@pytest.mark.parametrize(("metric", "sign"), [("", 1), ("accuracy", 1), ("loss", -1)])
def test_early_stopping_leaves_the_best_epoch(bench: Bench, metric: str, sign: int) -> None:
    made, history = bench.course(patience=2, metric=metric, epochs=60, learning_rate=2e-2)
    made.run()
    name = f"validation_{metric or 'accuracy'}"
    scores = [sign * point[name] for point in history.epochs]
    best = int(np.argmax(scores))
    assert len(scores) == best + 3
    assert history.events[-1]["what"] == "stopped early: no gain in 2 epochs"
    state = checkpoints.newest(bench.folder / "notes" / "best", lambda _: None)
    assert state is not None
    assert state.facts["number"] == history.epochs[best]["step"]
    now = made.fitting.bare.state_dict()
    assert all(torch.equal(now[key], value) for key, value in state.tensors["weights"].items())


def test_the_order_of_rows_is_a_file_that_is_followed(bench: Bench) -> None:
    first = stopped(bench, 4)
    mirrored = [batch[::-1].copy() for batch in first.fitting.order(0)]
    path = bench.folder / "notes" / course.ORDER
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["positions"][:80] = np.concatenate(mirrored)
    np.savez(path, **arrays)
    second, _ = bench.course()
    second._take_up()
    assert all(np.array_equal(*pair) for pair in zip(second.fitting.order(0), mirrored, strict=True))


def test_who_watches_is_shown_what_went_before(bench: Bench) -> None:
    stopped(bench, 7)
    second, _ = bench.course()
    seen: list[int] = []
    second._watch = lambda point, step: seen.append(step)
    second.run()
    assert sorted(set(seen)) == list(range(1, 21))
    assert seen.count(5) == 2  # its loss, and what was measured behind it
