"""What is not as it was: circumstances first, which can be the cause, then what came out, and by how much."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from daybreak.data.versioning import worktrees
from daybreak.errors import DaybreakError
from daybreak.night import Night
from daybreak.reproducing.past import Past
from daybreak.reproducing.room import CODE, PROOF, Room

WEIGHTS = "model.safetensors"


def circumstances(night: Night, past: Past, answer: dict[str, Any], room: Room, changed: tuple[str, ...]) -> list[str]:
    """Each in words: what was changed on purpose, code, packages, machine, base."""
    found = [f"{setting} was set on purpose" for setting in changed]
    found += [*_code(night, past, answer), *_packages(night, past, room)]
    found += [*_surroundings(past, answer), *_base(past, answer)]
    return list(dict.fromkeys(found))


def outcomes(past: Past, answer: dict[str, Any]) -> Iterator[str]:
    """What came out otherwise, in the order of the steps: the first is the cause of the others."""
    for what, found, expected in _digests(past, answer):
        if found != expected:
            yield f"{what} has SHA-256 {found[:12]}, the run's had {expected[:12]}"
    for name, value in answer["metrics"].items():
        then = past.metrics.get(name)
        if value != then:
            by = "" if then is None else f", a difference of {abs(value - then):.3g}"
            yield f"{name} is {value}, the run's was {then}{by}"


def distance(now: Path, then: Path) -> dict[str, float]:
    """How far two models' weights lie apart: the largest difference of any, and the norm of all over the norm of then.

    {} where the run's weights are no longer here, or have another shape.
    """
    import torch
    from safetensors.torch import load_file

    try:
        new, old = load_file(now / WEIGHTS), load_file(then / WEIGHTS)
    except (OSError, ValueError):
        return {}
    if {name: value.shape for name, value in new.items()} != {name: value.shape for name, value in old.items()}:
        return {}
    gaps = {name: (new[name].double() - old[name].double()) for name in old}
    norm = float(torch.sqrt(sum((value.double().square().sum() for value in old.values()), torch.zeros(()).double())))
    apart = float(torch.sqrt(sum((gap.square().sum() for gap in gaps.values()), torch.zeros(()).double())))
    largest = max((float(gap.abs().max()) for gap in gaps.values() if gap.numel()), default=0.0)
    return {"largest": largest, "relative": apart / norm if norm else apart}


def in_words(apart: dict[str, float]) -> str:
    """The distance as one of the differences."""
    if not apart:
        return "how far its weights lie apart is not known: the run's are no longer here, or have other shapes"
    return (
        f"its weights lie {apart['relative']:.2g} of their norm apart, no single one more than {apart['largest']:.2g}"
    )


def _digests(past: Past, answer: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "the trained model", answer["model"]["sha256"], past.model["sha256"]
    if answer["shipped"] and past.shipped:
        yield "the artifact that ships", answer["shipped"]["sha256"], past.shipped["sha256"]


def _code(night: Night, past: Past, answer: dict[str, Any]) -> Iterator[str]:
    """The commit's code is what ran, but for a Daybreak that git does not hold, and a run whose tree was not clean."""
    commit = past.record.commit
    if not worktrees.has(night.checkout, commit, PROOF) and commit:
        from daybreak.data.versioning import git

        if (now := git.commit_of(night.checkout)) != commit:
            yield f"the checkout stands at commit {now[:12]}, the run's was {commit[:12]}, and neither holds {CODE}"
    for name, then in past.code.items():
        if answer["code"].get(name, then) != then:
            yield f"the {name} is not what the run was made with, which was not committed"


def _packages(night: Night, past: Past, room: Room) -> Iterator[str]:
    if night.lock_digest != past.record.lock_digest and not room.installed:
        yield "requirements.lock is another one"


def _surroundings(past: Past, answer: dict[str, Any]) -> Iterator[str]:
    then = past.model.get("environment") or {}
    now = answer["model"].get("environment") or {}
    for name in (*then, *(name for name in now if name not in then)) if then and now else ():
        if then.get(name) != now.get(name):
            yield f"{name} is {now.get(name, 'not there')}, the run's was {then.get(name, 'not there')}"
    yield from _exported_with(past, answer)


def _exported_with(past: Past, answer: dict[str, Any]) -> Iterator[str]:
    """Class of processor and versions of libraries, as both artifacts' manifests state them."""
    if not (past.shipped and answer["shipped"]):
        return
    then, now = _stated(Path(past.shipped["path"])), _stated(Path(answer["shipped"]["path"]))
    if then is None or now is None:
        return
    if then["cpu_class"] != now["cpu_class"]:
        yield f"the processor is of class {now['cpu_class']}, the run's was {then['cpu_class']}"
    for name, version in now["versions"].items():
        if then["versions"].get(name) != version:
            yield f"{name} is {version}, the run's was {then['versions'].get(name)}"


def _stated(folder: Path) -> dict[str, Any] | None:
    from daybreak import inference

    try:
        return inference.verify(folder)
    except (DaybreakError, OSError):  # the original may have been removed since: its digest is in the record
        return None


def _base(past: Past, answer: dict[str, Any]) -> Iterator[str]:
    then, now = past.model["base"], answer["model"]["base"]
    for what, key in (("revision", "revision"), ("weights", "weights_sha256"), ("tokenizer", "tokenizer_sha256")):
        if then[key] != now[key]:
            yield f"the base model {then['source']} has another {what}"
