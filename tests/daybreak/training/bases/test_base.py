"""Bases are found, told apart by digest, or refused in one sentence and well under a second."""

import shutil
import time
from pathlib import Path

import pytest

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.training.bases import base


def test_a_local_folder_is_known_by_its_digests(tiny_base: Path) -> None:
    ref = base.resolve(ModelParams(base=str(tiny_base)))
    assert ref.source == str(tiny_base)
    assert ref.revision == ""
    assert ref.weights_sha256 == digests.of_file(tiny_base / "model.safetensors")
    assert len(ref.tokenizer_sha256) == 64


def test_another_tokenizer_is_another_base(tiny_base: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_base, tmp_path / "copy")
    before = base.resolve(ModelParams(base=str(tmp_path / "copy")))
    with (tmp_path / "copy" / "tokenizer.json").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    after = base.resolve(ModelParams(base=str(tmp_path / "copy")))
    assert before.tokenizer_sha256 != after.tokenizer_sha256
    assert before.weights_sha256 == after.weights_sha256


def test_scratch_has_no_digests() -> None:
    assert base.resolve(ModelParams(base="scratch")).weights_sha256 == ""


def test_shards_count_together(tiny_base: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_base, tmp_path / "sharded")
    whole = (tmp_path / "sharded" / "model.safetensors").rename(
        tmp_path / "sharded" / "model-00001-of-00002.safetensors"
    )
    one = base.resolve(ModelParams(base=str(whole.parent))).weights_sha256
    shutil.copyfile(whole, whole.with_name("model-00002-of-00002.safetensors"))
    assert base.resolve(ModelParams(base=str(whole.parent))).weights_sha256 != one


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("./nowhere", "folder ./nowhere, which does not exist; expected a model folder"),
        ("a/b/c", "a/b/c, which does not exist"),
        ("daybreak/zh-maxi", "daybreak/zh-maxi, which does not ship with Daybreak"),
        ("no/such-model", "no/such-model .*expected a"),
    ],
)
def test_what_cannot_be_had_is_said_at_once(name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    began = time.monotonic()
    with pytest.raises(ModelError, match=message):
        base.resolve(ModelParams(base=name, revision="a" * 40))
    assert time.monotonic() - began < 5  # one second on a machine with nothing else to do


def test_pickles_are_refused(tiny_base: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_base, tmp_path / "pickled")
    (tmp_path / "pickled" / "model.safetensors").rename(tmp_path / "pickled" / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin only, which may run code .*expected model\.safetensors"):
        base.resolve(ModelParams(base=str(tmp_path / "pickled")))


@pytest.mark.parametrize(
    ("missing", "message"), [("config.json", "no config.json"), ("tokenizer*", "has no tokenizer")]
)
def test_a_folder_must_be_whole(tiny_base: Path, tmp_path: Path, missing: str, message: str) -> None:
    shutil.copytree(tiny_base, tmp_path / "part")
    for path in (tmp_path / "part").glob(missing):
        path.unlink()
    with pytest.raises(ModelError, match=message):
        base.resolve(ModelParams(base=str(tmp_path / "part")))
