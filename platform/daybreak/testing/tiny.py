"""A dataset and a trained model that are real and tiny: seconds to make, small enough for every test."""

from pathlib import Path
from random import Random

from daybreak import digests
from daybreak.records import BaseRef, DatasetRef, ModelRef

LABELS = ("negative", "positive")
THINGS = ("房间", "服务", "早餐", "位置", "这本书", "手机", "the room", "the service", "breakfast", "this book")
OPINIONS = {
    "positive": ("很好", "非常满意", "干净舒服", "值得推荐", "is great", "was lovely", "is very good"),
    "negative": ("很差", "非常失望", "又脏又吵", "不会再来", "is awful", "was dirty", "is very bad"),
}


def make_dataset(folder: Path, rows: int = 300, seed: int = 17) -> DatasetRef:
    """Short Chinese and English reviews, the same number in train, validation and test, and a baseline's answers."""
    import pandas as pd

    draw = Random(seed)  # noqa: S311 - test data
    for place in ("split", "describe"):
        (folder / place).mkdir(parents=True)
    for split in ("train", "validation", "test"):
        frame = pd.DataFrame(_row(draw, f"{split}-{number}") for number in range(rows))
        frame.to_parquet(folder / "split" / f"{split}.parquet", index=False)
    frame.assign(predicted=frame["label"])[["id", "label", "predicted"]].to_parquet(
        folder / "describe" / "baseline.parquet"
    )
    counts = dict.fromkeys(("train", "validation", "test"), rows)
    digest = digests.of_files((folder / "split").iterdir(), below=folder / "split")
    return DatasetRef(project="tiny", version=1, digest=digest, path=folder, labels=LABELS, rows=counts)


def make_dialogues(folder: Path, rows: int = 60, seed: int = 17) -> DatasetRef:
    """Questions in Chinese and English, and answers that follow from them: so many in each split, labels empty."""
    import json

    import pandas as pd

    draw = Random(seed)  # noqa: S311 - test data
    (folder / "split").mkdir(parents=True)
    for split in ("train", "validation", "test"):
        told = []
        for number in range(rows):
            thing, label = draw.choice(THINGS), draw.choice(LABELS)
            turns = [
                {"role": "user", "content": f"{thing} {number}?"},
                {"role": "assistant", "content": f"{thing} {draw.choice(OPINIONS[label])}"},
            ]
            text = "\n".join(turn["content"] for turn in turns)
            messages = json.dumps(turns, ensure_ascii=False)
            told.append({"id": f"{split}-{number}", "text": text, "label": "", "messages": messages})
        pd.DataFrame(told).to_parquet(folder / "split" / f"{split}.parquet", index=False)
    counts = dict.fromkeys(("train", "validation", "test"), rows)
    digest = digests.of_files((folder / "split").iterdir(), below=folder / "split")
    return DatasetRef(project="tiny", version=1, digest=digest, path=folder, labels=(), rows=counts)


def make_model(folder: Path, dataset: DatasetRef, steps: int = 60) -> ModelRef:
    """A one-layer, 32-wide BERT fitted to the dataset for a few steps; `folder` must exist and be empty."""
    import pandas as pd
    import torch
    from transformers import BertConfig, BertModel

    from daybreak.recipes import classify
    from daybreak.recipes.encoders import folder as folders

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = pd.read_parquet(dataset.split("train"))
    tokenizer = make_tokenizer("".join(rows["text"]))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(17)
        sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
        config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=64, **sizes)
        network = classify.build(BertModel(config, add_pooling_layer=False), LABELS, 0.0)
        optimiser = torch.optim.AdamW(network.parameters(), 3e-3)
        for step in range(steps):
            part = rows.iloc[[(step * 16 + place) % len(rows) for place in range(16)]]
            batch = tokenizer(list(part["text"]), padding=True, return_tensors="pt")
            targets = torch.tensor([[LABELS.index(label)] for label in part["label"]])
            loss = classify.loss(network(batch["input_ids"], batch["attention_mask"]), targets) / len(targets)
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own
            optimiser.step()
            optimiser.zero_grad()
    torch.set_num_threads(threads)
    description = {"recipe": "classify", "labels": list(LABELS), "max_length": 48, "pooling": "mean"}
    sha256 = folders.save(network, tokenizer, description, folder)
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="")
    return ModelRef(path=folder, recipe="classify", labels=LABELS, sha256=sha256, base=base, seed=17, metrics={})


def make_writer(folder: Path, dataset: DatasetRef, steps: int = 40) -> ModelRef:
    """A two-layer, 32-wide Llama that has seen the dialogues for a few steps; `folder` must exist and be empty."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from daybreak.recipes import generate
    from daybreak.recipes.encoders import folder as folders
    from daybreak.training.bases import tokenizer as tokenizers
    from daybreak.training.feeding import tokens

    rows = tokens.read(dataset.split("train"))
    tokenizer = tokenizers.train_bytes(rows.texts, 400, 128)
    examples = [each for each in generate.examples(rows, (), tokenizer, 64) if len(each.ids) < 64]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(17)
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        special = {name: getattr(tokenizer, name) for name in ("pad_token_id", "bos_token_id", "eos_token_id")}
        network = LlamaForCausalLM(LlamaConfig(vocab_size=400, max_position_embeddings=128, **special, **sizes))
        optimiser = torch.optim.AdamW(network.parameters(), 5e-3)
        for step in range(steps):
            each = examples[step % len(examples)]
            targets = torch.tensor([each.targets])
            logits = network(input_ids=torch.tensor([each.ids])).logits
            loss = torch.nn.functional.cross_entropy(logits[0], targets[0])
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own
            optimiser.step()
            optimiser.zero_grad()
    description = {"recipe": "generate", "labels": [], "max_length": 64}
    sha256 = folders.save(network, tokenizer, description, folder)
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="")
    return ModelRef(path=folder, recipe="generate", labels=(), sha256=sha256, base=base, seed=17, metrics={})


def make_tokenizer(text: str):  # type: ignore[no-untyped-def]  # transformers has no types
    """A transformers tokenizer of single characters, those of `text`."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(set(text) - {" "})]
    tokenizer = Tokenizer(models.WordLevel({token: place for place, token in enumerate(vocabulary)}, "[UNK]"))
    single = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), single])
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep")}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


def _row(draw: Random, key: str) -> dict[str, str]:
    label = draw.choice(LABELS)
    return {
        "id": key,
        "text": f"{draw.choice(THINGS)} {draw.choice(OPINIONS[label])} {draw.randint(0, 999)}",
        "label": label,
    }
