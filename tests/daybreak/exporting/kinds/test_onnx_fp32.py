"""fp32 is traced, and made from nothing else."""

import onnx

from daybreak.exporting.kinds import onnx_fp32
from daybreak.inference import MODEL
from daybreak.records import ExportRef
from daybreak.records.artifacts import REFERENCE


def test_it_is_what_others_are_made_from(exported: ExportRef) -> None:
    assert onnx_fp32.KIND == REFERENCE
    assert not onnx_fp32.FROM_REFERENCE
    types = {each.data_type for each in onnx.load_model(exported.fp32.path / MODEL).graph.initializer}
    assert onnx.TensorProto.FLOAT in types and onnx.TensorProto.FLOAT16 not in types
