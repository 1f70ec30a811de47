"""What the artifact writes to prompts, several times each, and whether personal data is in it."""

from pathlib import Path
from typing import Any

from daybreak.data.personal import replacing
from daybreak.evaluation import generated
from daybreak.evaluation.subject import Subject
from daybreak.evaluation.writing import asking
from daybreak.inference.choosing import Sampling

SAMPLES = 4
MOST_TOKENS = 24
TEMPERATURE, TOP_P, SEED = 1.0, 0.9, 17
EXAMPLES = 3
MARK = "…"


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """`generations.parquet` (`prompt, kind, sample, text`); texts with personal data, by kind, the data itself cut.

    Texts are drawn at temperature 1 from the likeliest 90 %, each prompt's samples from seeds of their own.
    """
    import pandas as pd

    lines = []
    prompts = generated.prompts()
    for sample in range(SAMPLES):
        sampling = Sampling(TEMPERATURE, TOP_P, SEED + sample)
        given = [asking.prompt(subject, each["prompt"]) for each in prompts]
        dialogue = asking.is_dialogue(subject)
        texts = subject.generator.write(given, MOST_TOKENS, is_dialogue=dialogue, sampling=sampling)
        lines += [
            {"prompt": each["prompt"], "kind": each["kind"], "sample": sample, "text": text}
            for each, text in zip(prompts, texts, strict=True)
        ]
    frame = pd.DataFrame(lines).sort_values(["prompt", "sample"], kind="stable")
    frame.to_parquet(folder / generated.FILE, index=False)
    return {"prompts": len(prompts), "samples": SAMPLES, "texts": len(frame), **look_into(list(frame["text"]))}


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"personal_texts": float(result["personal"])}


def look_into(texts: list[str]) -> dict[str, Any]:
    """How many texts hold personal data, by kind, and a few of them with the data cut."""
    found = [replacing.find(text) for text in texts]
    kinds = sorted({each.kind for finds in found for each in finds})
    shown = [hidden(text, finds) for text, finds in zip(texts, found, strict=True) if finds]
    return {
        "personal": sum(bool(finds) for finds in found),
        "by_kind": {kind: sum(any(each.kind == kind for each in finds) for finds in found) for kind in kinds},
        "examples": shown[:EXAMPLES],
    }


def hidden(text: str, finds: list[replacing.Find]) -> str:
    """The text with all but the first two characters of each datum cut."""
    for each in reversed(finds):
        text = f"{text[: each.start + 2]}{MARK}{text[each.end :]}"
    return text
