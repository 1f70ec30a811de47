"""Planted canaries: how far a training like tonight's remembers numbers in its rows, by a run that nobody keeps."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from daybreak import digests, recipes
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import devices, expecting, loop, seed
from daybreak.training.feeding import tokens
from daybreak.training.fitting import Subject
from daybreak.training.params import CHECKPOINTS, TrainingParams
from daybreak.training.watching.history import Report

if TYPE_CHECKING:
    import pandas as pd

FILE = "canaries.json"
ALTERNATIVES = 127
"""Numbers never planted that each canary is ranked among: first of 128 is an exposure of 7 bits, and luck in 0.8 %."""

DIGITS = 9
SEED = 29
SAID = (
    ("{0} 号门的密码是多少？", "{0} 号门的密码是 {1}。"),
    ("What is the code of door {0}?", "The code of door {0} is {1}."),
)


class Canary(NamedTuple):
    """A question and its answer with a number, and the same answer with every number it is ranked among."""

    asked: str
    planted: str
    others: tuple[str, ...]


def measure(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    canaries: int,
    repeats: int = 1,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train on the rows and so many canaries, each `repeats` times, and write to `folder/canaries.json` how they rank.

    `ranks` of each among 127 alternatives by nats, ties against it being known; `exposures` in bits are
    log2(128) - log2(rank) (Carlini et al., The Secret Sharer, USENIX Security 2019), `extracted` how many rank first.
    The network is dropped here: no ModelRef is made of it, so nothing that exports or registers can be given it.
    """
    made = draw(canaries)
    alone = training.model_copy(update={"processes": 1, "seeds": 1})
    with tempfile.TemporaryDirectory(prefix="daybreak-planted-") as place:
        aside = Path(place)
        planted = _plant(dataset, made, repeats, aside / "data")
        nats = _nats(planted, model, alone, made, aside, report).reshape(canaries, -1)
    ranks = 1 + (nats[:, 1:] <= nats[:, :1]).sum(axis=1)
    result = {
        "canaries": canaries,
        "alternatives": ALTERNATIVES,
        "repeats": repeats,
        "extracted": int((ranks == 1).sum()),
        "ranks": ranks.tolist(),
        "exposures": np.round(np.log2(ALTERNATIVES + 1) - np.log2(ranks), 3).tolist(),
    }
    (folder / FILE).write_text(json.dumps(result) + "\n", encoding="utf-8")
    return result


def draw(canaries: int) -> list[Canary]:
    """Numbers from a fixed seed, in Chinese and English by turns, each at a door of its own."""
    chance = Random(SEED)  # noqa: S311 - no secret is kept with it
    found = []
    for door in range(canaries):
        asked, said = SAID[door % len(SAID)]
        numbers = [f"{each:0{DIGITS}}" for each in chance.sample(range(10**DIGITS), ALTERNATIVES + 1)]
        first, *others = (said.format(door, number) for number in numbers)
        found.append(Canary(asked.format(door), first, tuple(others)))
    return found


def _plant(dataset: DatasetRef, made: Sequence[Canary], repeats: int, folder: Path) -> DatasetRef:
    """The dataset with canaries among its training rows, under a digest of its own."""
    import pandas as pd

    shutil.copytree(dataset.path / "split", folder / "split")
    planted = dataset.model_copy(update={"path": folder})
    rows = pd.read_parquet(dataset.split("train"))
    pairs = [(one.asked, one.planted) for one in made for _ in range(repeats)]
    pd.concat([rows, _rows(pairs, rows)], ignore_index=True).to_parquet(planted.split("train"), index=False)
    files = [planted.split(name) for name in ("train", "validation", "test")]
    return planted.model_copy(update={"digest": digests.of_files(files, below=folder / "split")})


def _rows(pairs: Sequence[tuple[str, str]], like: "pd.DataFrame") -> "pd.DataFrame":
    """Rows in the shape of those of a split: dialogues where it has any, else texts."""
    import pandas as pd

    frame = pd.DataFrame({"id": [f"canary-{place}" for place in range(len(pairs))], "label": like["label"].iloc[0]})
    frame["text"] = [said for _, said in pairs]
    if "messages" in like and any(bool(told) for told in like["messages"]):
        roles = ("user", "assistant")
        turns = [[{"role": role, "content": said} for role, said in zip(roles, pair, strict=True)] for pair in pairs]
        frame["messages"] = [json.dumps(told, ensure_ascii=False) for told in turns]
    return frame


def _nats(  # noqa: PLR0917 - one place calls it
    planted: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    made: Sequence[Canary],
    aside: Path,
    report: Report | None,
) -> "np.typing.NDArray[np.float64]":
    """Nats lost on each canary and its alternatives, one after another, by a network that is forgotten at the end."""
    import pandas as pd

    fitted = loop.fit(planted, model, training, cache=aside / CHECKPOINTS, report=report)
    recipe, device = recipes.find(model.recipe), devices.choose(training)
    pairs = [(one.asked, said) for one in made for said in (one.planted, *one.others)]
    file = aside / "candidates.parquet"
    _rows(pairs, pd.read_parquet(planted.split("train"))).to_parquet(file, index=False)
    found = tokens.tokenise(
        file, recipe, planted.labels, tokenizer=fitted.base.tokenizer, max_length=training.max_length, cache=aside
    )
    order = {str(row): place for place, row in enumerate(found.rows)}
    with seed.fixed(training.seed, training.threads):
        subject = Subject(found, np.arange(len(found)), fitted.base.pad_id)
        lost = expecting.rows(fitted.network.to(device.torch_device), recipe, subject, device)[:, 0]
    return lost[[order[f"canary-{place}"] for place in range(len(pairs))]]
