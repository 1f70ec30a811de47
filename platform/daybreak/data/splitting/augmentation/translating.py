"""Translation by a local sequence-to-sequence model, on the CPU, without chance."""

from collections.abc import Sequence
from pathlib import Path

from daybreak.errors import ModelError

BATCH = 16  # texts at a time
LONGEST = 256  # tokens of a text and of its translation; what is longer is cut


def translate(texts: Sequence[str], folder: Path, prefix: str = "") -> list[str]:
    """Each text's most likely translation by greedy search. Raises ModelError for a folder that holds no such model."""
    if not texts:
        return []
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForSeq2SeqLM.from_pretrained(folder, local_files_only=True).eval()
    except (OSError, ValueError, KeyError) as error:
        what = f"the translator {folder} cannot be loaded: {str(error).splitlines()[0]}"
        raise ModelError(what, "a folder with a sequence-to-sequence model", "Mend split.augment") from None
    found: list[str] = []
    for start in range(0, len(texts), BATCH):
        said = [prefix + text for text in texts[start : start + BATCH]]
        given = tokenizer(said, return_tensors="pt", padding=True, truncation=True, max_length=LONGEST)
        with torch.inference_mode():
            answer = model.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                do_sample=False,
                num_beams=1,
                max_new_tokens=LONGEST,
            )
        found += [" ".join(text.split()) for text in tokenizer.batch_decode(answer, skip_special_tokens=True)]
    return found
