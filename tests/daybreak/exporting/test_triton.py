"""Triton's model repository, its config read by protobuf's own reader of text."""

from pathlib import Path
from typing import Any

import onnx
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from daybreak.errors import ParamsError
from daybreak.exporting import export, triton
from daybreak.exporting.params import ExportingParams
from daybreak.inference import MANIFEST, MODEL, TOKENIZER, verify
from daybreak.params import parse_params
from daybreak.records import ExportRef, ModelRef

ASKED = ExportingParams(ship="onnx-fp32", triton=True)
TEXTS = ["房间很好", "服务很差，非常失望"]

Field = descriptor_pb2.FieldDescriptorProto
FIELDS = {
    "Port": {"name": "string", "data_type": "DataType", "dims": "int64*", "label_filename": "string"},
    "Group": {"count": "int32", "kind": "Kind"},
    "Batching": {},
    "Parameter": {"key": "string", "value": "string"},
    "Accelerator": {"name": "string", "parameters": "Parameter*"},
    "Accelerators": {"gpu_execution_accelerator": "Accelerator*"},
    "Optimization": {"execution_accelerators": "Accelerators"},
    "Config": {
        "name": "string",
        "backend": "string",
        "max_batch_size": "int32",
        "input": "Port*",
        "output": "Port*",
        "instance_group": "Group*",
        "dynamic_batching": "Batching",
        "optimization": "Optimization",
    },
}
"""The part of Triton's schema that we write; the server refuses a field that it does not know, and so does this."""

ENUMS = {
    "DataType": ("TYPE_INVALID", "TYPE_INT64", "TYPE_FP16", "TYPE_FP32"),
    "Kind": ("KIND_AUTO", "KIND_GPU", "KIND_CPU"),
}


@pytest.fixture(scope="module")
def schema() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="triton.proto", package="triton", syntax="proto3")
    for name, values in ENUMS.items():
        kind = file.enum_type.add(name=name)
        for number, value in enumerate(values):
            kind.value.add(name=value, number=number)
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for number, (field, type_name) in enumerate(fields.items(), 1):
            _add(message, field, number, type_name)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("triton.Config"))


def _add(message: Any, name: str, number: int, type_name: str) -> None:
    plain, repeated = type_name.removesuffix("*"), type_name.endswith("*")
    field = message.field.add(name=name, number=number)
    field.label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
    scalar = {"string": Field.TYPE_STRING, "int32": Field.TYPE_INT32, "int64": Field.TYPE_INT64}
    field.type = scalar.get(plain) or (Field.TYPE_ENUM if plain in ENUMS else Field.TYPE_MESSAGE)
    if plain not in scalar:
        field.type_name = f".triton.{plain}"


@pytest.fixture(scope="module")
def made(classifier: ModelRef, tmp_path_factory: pytest.TempPathFactory) -> tuple[ExportRef, Path]:
    folder = tmp_path_factory.mktemp("triton")
    return export(classifier, ASKED, TEXTS, folder), folder / "triton"


def test_the_repository_holds_what_ships(made: tuple[ExportRef, Path]) -> None:
    exported, repository = made
    files = {path.relative_to(repository).as_posix() for path in repository.rglob("*") if path.is_file()}
    beside = {f"daybreak/{name}" for name in ("config.pbtxt", "labels.txt", TOKENIZER, "labels.json", MANIFEST)}
    assert files == {*beside, "daybreak/1/model.onnx"}
    assert (repository / "daybreak/1/model.onnx").read_bytes() == (exported.shipped.path / MODEL).read_bytes()
    assert (repository / "daybreak/labels.txt").read_text(encoding="utf-8") == "negative\npositive\n"
    verify(exported.shipped.path)  # it lies beside the artifact and not in it


def test_the_config_names_the_ports_of_the_model(made: tuple[ExportRef, Path], schema: Any) -> None:
    exported, repository = made
    config = text_format.Parse((repository / "daybreak/config.pbtxt").read_text(encoding="utf-8"), schema())
    assert (config.name, config.backend, config.max_batch_size) == ("daybreak", "onnxruntime", 32)
    graph = onnx.load_model(exported.shipped.path / MODEL).graph
    assert [port.name for port in config.input] == [port.name for port in graph.input]
    assert all((list(port.dims), port.data_type) == ([-1], 1) for port in config.input)
    (logits,) = config.output
    assert (logits.name, list(logits.dims), logits.data_type, logits.label_filename) == ("logits", [2], 3, "labels.txt")
    assert [group.kind for group in config.instance_group] == [2]
    assert config.HasField("dynamic_batching")
    assert not config.HasField("optimization")


@pytest.mark.parametrize(("ship", "precision"), [("onnx-fp32", "FP32"), ("onnx-fp16", "FP16")])
def test_tensorrt_is_asked_for_in_the_precision_that_ships(
    made: tuple[ExportRef, Path], schema: Any, ship: Any, precision: str
) -> None:
    asked = ExportingParams(ship=ship, provider="cuda", triton=True, tensorrt=True)
    config = text_format.Parse(triton.configure(made[0].shipped.path / MODEL, asked, has_labels=True), schema())
    (accelerator,) = config.optimization.execution_accelerators.gpu_execution_accelerator
    assert accelerator.name == "tensorrt"
    assert [(each.key, each.value) for each in accelerator.parameters] == [("precision_mode", precision)]
    assert [group.kind for group in config.instance_group] == [1]


def test_a_language_model_brings_its_cache_and_is_not_batched_with_others(written: ExportRef, schema: Any) -> None:
    text = triton.configure(written.of("onnx-fp32").path / MODEL, ASKED, has_labels=False)
    config = text_format.Parse(text, schema())
    past = next(port for port in config.input if port.name.startswith("past."))
    assert list(past.dims) == [2, -1, 16]
    assert not any(port.label_filename for port in config.output)
    assert not config.HasField("dynamic_batching")


def test_nothing_is_written_where_it_is_not_asked_for(exported: ExportRef) -> None:
    assert not (exported.shipped.path.parent / "triton").exists()


@pytest.mark.parametrize("others", ["triton: true", "provider: cuda, ship: onnx-fp16"])
def test_tensorrt_needs_a_gpu_and_a_repository(others: str, tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"exporting.*tensorrt needs triton and provider cuda"):
        parse_params(f"exporting: {{tensorrt: true, {others}}}", tmp_path / "params.yaml")
