"""A base model that comes as one GGUF file: written out once as a transformers folder, read from there ever after."""

import shutil
import tempfile
from contextlib import redirect_stderr
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import torch

from daybreak.errors import ModelError
from daybreak.training.bases.silence import quiet

REMEDY = "Point model.base at a GGUF file of a causal language model that transformers reads, or at a folder"


def unpacked(file: Path, digest: str, cache: Path) -> Path:
    """Folder below `cache` with config, fp32 weights and tokenizer; `digest` is the file's SHA-256 and names it.

    Two processes may do this at once. ModelError for a file that cannot be read, and where the package gguf is absent.
    """
    folder = cache / "bases" / digest[:20]
    if (folder / "config.json").is_file():
        return folder
    if find_spec("gguf") is None:
        found = f"model.base is {file.name}, and the package that reads GGUF files is not installed"
        raise ModelError(found, "the package gguf", "pip install gguf")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        _write(file, aside)
        aside.rename(folder)
    except OSError:
        if not (folder / "config.json").is_file():  # else another process was first, with the same weights
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _write(file: Path, folder: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options: dict[str, Any] = {"gguf_file": file.name, "local_files_only": True, "trust_remote_code": False}
    try:
        with quiet(), redirect_stderr(StringIO()):  # the reader's own progress bar heeds no setting
            tokenizer = AutoTokenizer.from_pretrained(file.parent, **options)
            network = AutoModelForCausalLM.from_pretrained(file.parent, dtype=torch.float32, **options)
    except Exception as error:  # gguf, transformers and torch each raise their own
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{file} cannot be read: {reason}", "a GGUF file of a language model", REMEDY) from None
    del network.config.quantization_config  # or transformers holds what was unpacked for still quantised
    network.hf_quantizer, network.is_quantized = None, False
    with quiet():
        tokenizer.save_pretrained(folder)
        network.save_pretrained(folder)
