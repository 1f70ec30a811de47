"""What two processes do together to test worlds: `python pairing.py RANK MEETING ANSWERS`, and how to start them."""

import json
import subprocess
import sys
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from daybreak import recipes
from daybreak.training import devices, fitting, seed, spreading
from daybreak.training.feeding.tokens import Tokens
from daybreak.training.params import TrainingParams
from daybreak.training.world import Alone, World

ROWS, BATCH = 21, 5  # the last batch has one row: a process is left without
RECIPE = recipes.find("classify")
LABELS = ("a", "b")
Kind = Literal["none", "ddp", "fsdp", "tensor"]
DEVICE = torch.device("cpu")
ADDRESS = ("GLOO_SOCKET_IFNAME=lo", "MASTER_ADDR=127.0.0.1", "OMP_NUM_THREADS=1")


def params(kind: Kind = "none", **rest: Any) -> TrainingParams:
    """A training of a few steps; the same arithmetic in one process as in two."""
    given = {"learning_rate": 1e-3, "epochs": 2, "batch_size": BATCH, "accumulation": 2, "dropout": 0.0, **rest}
    return TrainingParams(spread=kind, processes=1 if kind == "none" else 2, **given)


def rows(count: int = ROWS) -> fitting.Subject:
    """Random ids and labels, of lengths from 3 to 11."""
    draw = np.random.default_rng(3)
    lengths = draw.integers(3, 12, count)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    ids = draw.integers(1, 50, offsets[-1]).astype(np.int32)
    targets = draw.integers(0, 2, count).astype(np.int32)
    named = np.array([f"row-{number}" for number in range(count)])
    tokens = Tokens(ids, offsets, targets, np.arange(count + 1), named, np.zeros(count, np.int32))
    return fitting.Subject(tokens, np.arange(count), 0)


def network(dropout: float = 0.0) -> nn.Module:
    """Two layers of BERT, 16 wide, with two heads."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(5)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    chances = dict.fromkeys(("hidden_dropout_prob", "attention_probs_dropout_prob"), dropout)
    return RECIPE.build(
        BertModel(BertConfig(vocab_size=50, **sizes, **chances), add_pooling_layer=False), LABELS, dropout
    )


def begin(training: TrainingParams, world: World, dropout: float = 0.0) -> fitting.Fitting:
    """A training that has not taken a step yet."""
    seed.fix(training.seed, 1)
    device = devices.choose(training)
    return fitting.Fitting(network(dropout), RECIPE, rows(), training, device=device, world=world, labels=LABELS)


def curve(training: TrainingParams, world: World | None = None) -> dict[str, Any]:
    """Loss and gradient norm of every step, what is measured at the end, and the final weights as sums."""
    fit = begin(training, world or Alone())
    fit.ratio_every = 2
    steps = list(fit.steps())
    measured = fitting.measure(fit.network, RECIPE, rows(150), LABELS, fit.device, world=fit.world)
    finished = fit.finished(network)
    return {
        "wrapper": type(fit.network).__name__,
        "layers": sorted(
            {type(module).__name__ for module in fit.network.modules() if "Layer" in type(module).__name__}
        ),
        "losses": [step.loss for step in steps],
        "norms": [step.gradient_norm for step in steps],
        "tokens": [step.tokens for step in steps],
        "ratios": [step.update_ratio for step in steps if step.update_ratio is not None],
        "measured": measured,
        "own": sum(_own(weight) for weight in fit.bare.parameters()),
        "weights": {name: float(value.double().abs().sum()) for name, value in finished.state_dict().items()},
    }


def resumed(training: TrainingParams, world: World) -> dict[str, float]:
    """How far final weights lie apart when a training is put down in its middle and another one goes on from there."""
    first = begin(training, world, dropout=0.3)
    steps = first.steps()
    for _ in range(3):
        next(steps)
    state = deepcopy(first.state())
    list(steps)
    second = begin(training, world, dropout=0.3)
    second.restore(state)
    assert second.number == 3
    list(second.steps())
    pairs = zip(first.finished(network).parameters(), second.finished(network).parameters(), strict=True)
    return {"apart": max(float((a - b).abs().max()) for a, b in pairs), "chances": len(state.tensors["chance"])}


def work(rank: int, meeting: Path) -> dict[str, Any]:
    """Everything that is looked at, in one go: starting two processes is what takes long."""
    found: dict[str, Any] = {"ddp": curve(params("ddp"), world := spreading.join(params("ddp"), rank, meeting))}
    found["resumed ddp"] = resumed(params("ddp"), world)
    found |= {"votes": [world.agree(False), world.agree(rank == 1)], "sums": world.total(1.0, rank)}
    gathered = world.gather(np.full((rank + 1, 2), rank, dtype=np.float32))
    found |= {"gathered": gathered.tolist(), "shares": world.share(np.arange(5)).tolist()}
    for kind in ("fsdp", "tensor"):
        world = spreading.world(kind, DEVICE)
        found[kind], found[f"resumed {kind}"] = curve(params(kind), world), resumed(params(kind), world)
    for half in ("bf16", "fp16"):
        found[f"{half} fsdp"] = curve(params("fsdp", precision=half), spreading.world("fsdp", DEVICE))
    spreading.leave()
    return found


def run() -> dict[str, Any]:
    """Let two processes work, and give what the first has found."""
    with tempfile.TemporaryDirectory() as folder:
        commands = [["env", f"RANK={rank}", f"LOCAL_RANK={rank}", "WORLD_SIZE=2", *ADDRESS] for rank in range(2)]
        own = [sys.executable, str(Path(__file__)), f"{folder}/meeting", f"{folder}/answers"]
        started = [
            subprocess.Popen([*command, *own, str(rank)], stderr=subprocess.PIPE, text=True)
            for rank, command in enumerate(commands)
        ]
        errors = [process.communicate(timeout=240)[1] for process in started]
        assert [process.returncode for process in started] == [0, 0], errors
        answers: dict[str, Any] = json.loads(Path(folder, "answers-0").read_text(encoding="utf-8"))
        answers["second"] = json.loads(Path(folder, "answers-1").read_text(encoding="utf-8"))
        return answers


def _own(weight: torch.Tensor) -> int:
    return weight.to_local().numel() if hasattr(weight, "to_local") else weight.numel()


if __name__ == "__main__":
    _, meeting, answers, number = sys.argv
    found = work(int(number), Path(meeting))
    Path(f"{answers}-{number}").write_text(json.dumps(found), encoding="utf-8")
