"""Size and speed of exported models beside torch eager, torch.compile and Optimum: run a night on the sample first.

`python tests/benchmarks/bench_artifact.py` measures the sample's; `... BASE` a model that is trained a little from that
base (a MiniLM, say), and `... BASE OPTIMUM` sets beside it the folder that `optimum-cli export onnx` made of the same
base, and `model_quantized.onnx` there, of `optimum-cli onnxruntime quantize`.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
import torch

from daybreak import night as steps
from daybreak import recipes
from daybreak.inference import Predictor
from daybreak.night import open_night
from daybreak.records import ExportRef

sys.path.insert(0, str(Path(__file__).parents[1]))

ROOT = Path(__file__).parents[2]
SHAPES = ((1, 40), (32, 40), (8, 128))
ROUNDS, WARM = 25, 5
Runs = dict[str, Callable[[], Any]]


def of_the_sample() -> ExportRef | None:
    """What the last night on the sample exported; None without one."""
    daybreak = str(Path(sys.executable).with_name("daybreak"))
    shown = subprocess.run([daybreak, "runs", "show", "--json"], cwd=ROOT, capture_output=True, text=True)
    if shown.returncode:
        return None
    folder = Path(json.loads(shown.stdout)["artifacts"]["onnx_fp32"]).parents[1]
    return ExportRef.model_validate(json.loads((folder / "manifest.step.json").read_text(encoding="utf-8"))["result"])


def of_base(base: Path, folder: Path) -> ExportRef:
    """A model trained for one pass over a few hundred rows, and exported as a night does."""
    from making import NIGHT, make_project

    model = {"recipe": "classify", "base": str(base)}
    training = {**NIGHT["training"], "learning_rate": 1e-4, "epochs": 1, "max_length": 128}
    project = make_project(
        folder, rows=600, sections={**NIGHT, "model": model, "training": training, "tuning": {"trials": 0}}
    )
    night = open_night(None, (), project.root)
    dataset = steps.prepare(night).value
    swept = night.store.run(steps.sweep(night, dataset)).value
    trained = night.store.run(steps.train(night, dataset, swept)).value
    exported: ExportRef = night.store.run(steps.export(night, dataset, trained)).value
    return exported


def milliseconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def runs_of(
    exported: ExportRef, optimum: Path | None, batch: int, length: int
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """By name, one forward pass on the same ids, each on one thread."""
    network = recipes.find(exported.model.recipe).load_model(exported.model)
    ids = np.random.default_rng(0).integers(5, 1000, (batch, length))
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    tensors = [torch.from_numpy(each) for each in inputs.values()]
    compiled = torch.compile(network)
    yield "torch eager", lambda: network(*tensors)
    yield "torch.compile", lambda: compiled(*tensors)
    for artifact in exported.artifacts:
        session = Predictor.of(artifact, threads=1)._session
        yield artifact.kind, partial(session.run, None, inputs)
    for path in sorted(optimum.glob("*.onnx")) if optimum else ():
        session = _open(path)
        taken = {each.name: inputs.get(each.name, np.zeros_like(ids)) for each in session.get_inputs()}
        yield f"optimum {path.stem}", partial(session.run, None, taken)


def _open(path: Path) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def measure(exported: ExportRef, optimum: Path | None = None) -> dict[tuple[int, int], dict[str, float]]:
    """Print size and, a shape, the median and 95th percentile of each run, taken in turns; the medians in ms."""
    torch.set_num_threads(1)
    sizes = {each.kind: each.bytes / 1e6 for each in exported.artifacts}
    print("\n" + ", ".join(f"{kind} {size:.1f} MB ({size / sizes['onnx-fp32']:.3f})" for kind, size in sizes.items()))
    found = {}
    for batch, length in SHAPES:
        with torch.inference_mode():
            runs: Runs = dict(runs_of(exported, optimum, batch, length))
            taken: dict[str, list[float]] = {name: [] for name in runs}
            for _ in range(WARM + ROUNDS):
                for name, work in runs.items():
                    taken[name].append(milliseconds(work))
        kept = {name: each[WARM:] for name, each in taken.items()}
        found[batch, length] = {name: median(each) for name, each in kept.items()}
        eager = found[batch, length]["torch eager"]
        for name, each in kept.items():
            middle, high = median(each), float(np.percentile(each, 95))
            print(
                f"{batch:>3} x {length:<4} {name:24} p50 {middle:8.2f} ms  p95 {high:8.2f} ms  {eager / middle:5.2f} x"
            )
    return found


def test_int8_is_faster_than_eager() -> None:
    exported = of_the_sample()
    if exported is None:
        pytest.skip("no night on the sample yet: make run")
    for middle in measure(exported).values():
        assert middle["onnx-int8"] < middle["torch eager"]


if __name__ == "__main__":
    given = [Path(each).resolve() for each in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as scratch:
        subject = of_base(given[0], Path(scratch) / "checkout") if given else of_the_sample()
        if subject is None:
            sys.exit("no night on the sample yet: make run")
        measure(subject, given[1] if len(given) > 1 else None)
