"""What training takes of one GPU: `python tests/benchmarks/bench_cuda.py [--peak TFLOPS]`, with torch and transformers.

For both recipes in bf16, with and without torch.compile: tokens a second, and the share of the GPU's peak that they
amount to. Then four trainings that share the GPU against the same four one after another. Networks are of random
weights and rows of random ids, so nothing is downloaded.
"""

import argparse
import os
import subprocess
import sys
import time
from typing import Any, NamedTuple

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import numpy as np
import pytest
import torch
from torch import nn

from daybreak import recipes
from daybreak.training import devices, fitting, seed
from daybreak.training.feeding.tokens import Tokens
from daybreak.training.params import TrainingParams

VOCABULARY, WARM, STEPS, TRIALS = 32_000, 10, 40, 4
PEAK_TFLOPS = 989.0
"""bf16 without sparsity, of an H100 or H200 SXM; other GPUs by --peak."""


class Shape(NamedTuple):
    """Which recipe, how large a network, and what a batch of it is."""

    recipe: str
    sizes: dict[str, int]
    rows: int
    length: int


BERT = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
LLAMA = {"hidden_size": 576, "num_hidden_layers": 30, "num_attention_heads": 9, "intermediate_size": 1536}
SHAPES = {
    "classify": Shape("classify", BERT, 256, 128),
    "generate": Shape("generate", LLAMA | {"num_key_value_heads": 3}, 32, 1024),
    "small": Shape("classify", BERT | {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}, 64, 64),
}


def network(shape: Shape) -> nn.Module:
    """Random weights; the attention is torch's own."""
    from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    common = {"vocab_size": VOCABULARY, "max_position_embeddings": shape.length, **shape.sizes}
    decoder = shape.recipe == "generate"
    body: Any = LlamaForCausalLM(LlamaConfig(**common)) if decoder else BertModel(BertConfig(**common))
    if not decoder:
        body.pooler = None
    return recipes.find(shape.recipe).build(body, ("a", "b"), 0.1)


def subject(shape: Shape) -> fitting.Subject:
    """Rows of one length, so that every token counts and nothing is compiled twice."""
    count = shape.rows * (WARM + STEPS)
    draw = np.random.default_rng(1)
    ids = draw.integers(1, VOCABULARY, count * shape.length).astype(np.int32)
    offsets = np.arange(count + 1) * shape.length
    decoder = shape.recipe == "generate"
    targets = ids if decoder else draw.integers(0, 2, count).astype(np.int32)
    target_offsets = offsets if decoder else np.arange(count + 1)
    named = np.array([str(place) for place in range(count)])
    tokens = Tokens(ids, offsets, targets, target_offsets, named, np.zeros(count, np.int32))
    return fitting.Subject(tokens, np.arange(count), 0)


def pace(name: str, *, compiled: bool) -> tuple[float, int]:
    """Tokens a second of Daybreak's own steps, and how many weights are learned."""
    shape = SHAPES[name]
    training = TrainingParams(epochs=1, batch_size=shape.rows, max_length=shape.length, precision="bf16", device="cuda")
    device = devices.choose(training)
    seed.fix(training.seed, 1)
    made = network(shape).to(device.torch_device)
    if compiled:
        made.compile(dynamic=False)
    fit = fitting.Fitting(made, recipes.find(shape.recipe), subject(shape), training, device=device, labels=("a", "b"))
    steps = fit.steps()
    for _ in range(WARM):
        next(steps)
    torch.cuda.synchronize()
    began = time.perf_counter()
    learned = sum(step.tokens for step in steps)
    torch.cuda.synchronize()
    return learned / (time.perf_counter() - began), sum(weight.numel() for weight in made.parameters())


def measure(peak_tflops: float) -> None:
    """Print a line a recipe and way; six operations a weight and token (Kaplan et al., 2020), embeddings left out."""
    print(f"\n{torch.cuda.get_device_name()}, torch {torch.__version__}, bf16, peak taken as {peak_tflops:g} TFLOP/s")
    for name in ("classify", "generate"):
        for compiled in (False, True):
            rate, weights = pace(name, compiled=compiled)
            counted = weights - VOCABULARY * SHAPES[name].sizes["hidden_size"]
            share = 6 * counted * rate / (peak_tflops * 1e12)
            held = torch.cuda.max_memory_allocated() / 1024**3
            way = "compiled" if compiled else "eager"
            print(f"{name} {way}: {rate:,.0f} tokens/s, {share:.1%} of the peak, {held:.1f} GiB at most")


def share() -> None:
    """Print how long four small trainings take at once and one after another, each in a process of its own."""
    command = [sys.executable, __file__, "--one"]
    began = time.perf_counter()
    for _ in range(TRIALS):
        subprocess.run(command, check=True)
    one_by_one = time.perf_counter() - began
    began = time.perf_counter()
    together = [subprocess.Popen(command) for _ in range(TRIALS)]
    assert not any(process.wait() for process in together)
    at_once = time.perf_counter() - began
    print(f"{TRIALS} trials: {one_by_one:.1f} s one after another, {at_once:.1f} s sharing the GPU")


def test_one_gpu() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    measure(PEAK_TFLOPS)
    share()


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--peak", type=float, default=PEAK_TFLOPS)
    reading.add_argument("--one", action="store_true")
    asked = reading.parse_args()
    if asked.one:
        pace("small", compiled=False)
        return
    measure(asked.peak)
    share()


if __name__ == "__main__":
    main()
