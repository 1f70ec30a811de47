"""A session runs where it was asked to, or not at all."""

import json
import logging
import time
from pathlib import Path

import onnx
import pytest

from daybreak import inference
from daybreak.errors import ModelError
from daybreak.inference import CPU, MODEL, Predictor, processors, sessions, verify
from daybreak.inference.sessions import CUDA, open_artifact, operators
from daybreak.records import ExportRef


@pytest.mark.parametrize("name", ["CUDAExecutionProvider", "NoSuchExecutionProvider"])
def test_a_provider_that_is_not_used_is_refused(exported: ExportRef, name: str) -> None:
    with pytest.raises(ModelError, match=name):
        Predictor(exported.int8.path, providers=(name,))
    with pytest.raises(ModelError, match=name):
        Predictor(exported.int8.path, providers=(name, inference.CPU))


@pytest.mark.skipif(Path("/dev/nvidia0").exists(), reason="a machine without a GPU")
def test_a_gpu_that_is_absent_is_one_sentence_in_under_a_second(
    exported: ExportRef, capfd: pytest.CaptureFixture[str]
) -> None:
    manifest = {**verify(exported.fp32.path), "provider": "cuda"}
    began = time.perf_counter()
    with pytest.raises(ModelError, match=r"uses CPUExecutionProvider; expected CUDAE.*exporting\.provider to cpu") as e:
        open_artifact(exported.fp32.path, manifest, None, 1)
    assert time.perf_counter() - began < 1
    assert e.value.exit_code == 2
    assert str(e.value).count("\n") == 0
    assert capfd.readouterr() == ("", "")  # onnxruntime's own lines in colours are not shown


def test_nodes_that_the_provider_has_no_kernels_for_are_counted(
    exported: ExportRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU as on any other: here a session on the CPU plays one whose provider got all nodes but seven."""

    class Partly:
        def get_providers(self) -> list[str]:
            return [CUDA, CPU]

    monkeypatch.setattr(sessions, "_open", lambda *_, **__: Partly())
    monkeypatch.setattr(sessions, "nodes_by_provider", lambda session: {CUDA: 93, CPU: 7})
    found = sessions._fallen_back(exported.int8.path / MODEL, [CUDA], 1)
    assert "7 of 100 nodes (7%)" in found.found
    assert found.expected == "every node on CUDAExecutionProvider"


def test_a_provider_that_nobody_knows_is_refused(exported: ExportRef) -> None:
    with pytest.raises(ModelError, match="names the provider 'npu'; expected one of cpu, cuda"):
        open_artifact(exported.fp32.path, {**verify(exported.fp32.path), "provider": "npu"}, None, 1)


def test_a_predictor_tells_where_it_runs(exported: ExportRef) -> None:
    told = Predictor.of(exported.int8, threads=1).runtime
    assert told.providers == (CPU,)
    assert told.cpu_share == 1.0
    assert told.nodes[CPU] > 20
    described = json.loads(json.dumps(told.describe()))
    assert described["judged_on"] == described["cpu_class"] == processors.cpu_class()
    assert described["is_judged_here"]


def test_the_certificate_is_logged_once(exported: ExportRef, caplog: pytest.LogCaptureFixture) -> None:
    sessions._say.cache_clear()
    with caplog.at_level(logging.INFO, "daybreak.inference"):
        for _ in range(3):
            Predictor.of(exported.int8, threads=1)
    (line,) = caplog.messages
    assert line.startswith("model.onnx was judged on")


def test_an_artifact_of_another_class_is_taken_where_it_is_safe(
    exported: ExportRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = processors.TWINS.get(processors.cpu_class(), "another")
    monkeypatch.setattr(processors, "cpu_class", lambda: other)
    told = Predictor.of(exported.int8, threads=1).runtime.choice
    assert (told.cpu_class, told.is_judged_here, told.is_safe) == (other, False, True)
    assert told.word.startswith(f"nothing was judged on {other}: taken is the safe model.onnx")


def test_operators_are_counted_as_the_session_fuses_them(exported: ExportRef) -> None:
    path = exported.fp32.path / MODEL
    found = operators(path)
    assert found["BiasGelu"] == 1
    assert "BiasGelu" not in {node.op_type for node in onnx.load_model(path).graph.node}


def test_nothing_is_left_where_operators_were_counted(exported: ExportRef) -> None:
    before = sorted(Path(exported.fp32.path).iterdir())
    operators(exported.fp32.path / MODEL)
    assert sorted(Path(exported.fp32.path).iterdir()) == before
