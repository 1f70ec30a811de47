"""Which certificate of an artifact holds on which class of processor."""

from typing import Any

import pytest

from daybreak.errors import ModelError
from daybreak.inference import MODEL, verify
from daybreak.inference.processors import TWINS, choose, classify, cpu_class
from daybreak.records import ExportRef

HERE = {"cpu_class": "x86-avx2", "judged": True, "file": MODEL, "weight_bits": 7}
UNKNOWN = {"cpu_class": "x86-vnni", "judged": False, "file": MODEL, "weight_bits": 7}
FULL = {"cpu_class": "x86-vnni", "judged": True, "file": "full.onnx", "weight_bits": 8}


def stated(*certificates: dict[str, Any], **others: Any) -> dict[str, Any]:
    files = [{"name": name} for name in (MODEL, "full.onnx")]
    return {"kind": "onnx-int8", "files": files, "certificates": list(certificates), **others}


@pytest.mark.parametrize(
    ("machine", "info", "expected"),
    [
        ("x86_64", "flags : avx2 fma", "x86-avx2"),
        ("x86_64", "flags : avx2 avx512_vnni", "x86-vnni"),
        ("AMD64", "flags : avx2 avx_vnni", "x86-vnni"),
        ("aarch64", "Features : asimd asimddp", "aarch64-dotprod"),
        ("aarch64", "Features : asimd", "aarch64"),
        ("riscv64", "", "riscv64"),
    ],
)
def test_a_processor_is_classed_by_its_flags(machine: str, info: str, expected: str) -> None:
    assert classify(machine, info) == expected


def test_twins_are_each_others() -> None:
    assert all(TWINS[TWINS[each]] == each for each in TWINS)


def test_what_was_judged_on_this_class_is_taken_and_said() -> None:
    found = choose(stated(UNKNOWN, HERE), "x86-avx2")
    assert (found.file, found.judged_on, found.is_judged_here) == (MODEL, "x86-avx2", True)
    assert found.word == "model.onnx was judged on x86-avx2, the class of this processor"


def test_a_class_that_nothing_was_judged_on_takes_the_safe_one_and_says_so() -> None:
    found = choose(stated(HERE, UNKNOWN), "x86-vnni")
    assert (found.file, found.judged_on, found.is_judged_here, found.is_safe) == (MODEL, "x86-avx2", False, True)
    assert found.word.startswith("nothing was judged on x86-vnni: taken is the safe model.onnx, judged on x86-avx2")


@pytest.mark.parametrize(("own", "file"), [("x86-vnni", "full.onnx"), ("x86-avx2", MODEL), ("aarch64", MODEL)])
def test_of_two_files_each_class_takes_its_own_and_strangers_the_safe_one(own: str, file: str) -> None:
    assert choose(stated(FULL, HERE), own).file == file


def test_eight_bits_elsewhere_than_judged_are_said_to_differ() -> None:
    found = choose(stated(FULL), "x86-avx2")
    assert not found.is_safe
    assert found.word == "full.onnx was judged on x86-vnni alone: on x86-avx2 its answers may differ"


def test_artifacts_of_former_nights_state_their_class_alone() -> None:
    former = {"kind": "onnx-int8", "cpu_class": "x86-avx2", "files": [{"name": MODEL}]}
    assert choose({**former, "quantisation": {"reduce_range": True}}, "x86-vnni").is_safe
    assert not choose({**former, "quantisation": {"reduce_range": False}}, "x86-vnni").is_safe
    assert "without integer weights that matters little" in choose({**former, "kind": "onnx-fp32"}, "x86-vnni").word


def test_a_certificate_of_a_file_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ModelError, match=r"certificate of \.\./elsewhere\.onnx, which it does not list"):
        choose(stated({**HERE, "file": "../elsewhere.onnx"}), "x86-avx2")


def test_certificates_of_which_none_was_judged_are_refused() -> None:
    with pytest.raises(ModelError, match="none that was judged"):
        choose(stated(UNKNOWN), "x86-vnni")


def test_an_artifact_made_here_is_judged_here(exported: ExportRef) -> None:
    assert choose(verify(exported.int8.path), cpu_class()).is_judged_here
