"""From a trained torch model to the artifact that ships: ONNX fp32 and INT8, each a folder that needs no torch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.exporting.params import ExportingParams
    from daybreak.records import ExportRef, ModelRef


def export(
    model: "ModelRef",
    params: "ExportingParams",
    texts: Sequence[str],
    folder: Path,
    report: Callable[[float, str], None] = lambda share, note: None,
) -> "ExportRef":
    """Write `onnx-fp32/` and `onnx-int8/` below `folder`; each loads without torch.

    `texts` (at least two) are rows of the model's own data: the example the exporter traces, and the rows on which the
    fp32 artifact must then answer as torch does. Raises ModelError for a model that cannot be loaded, and StepFailed
    where the exported model answers differently.
    """
    from daybreak.exporting import artifact, fp32, int8
    from daybreak.exporting.source import Source
    from daybreak.records import ExportRef

    source = Source.of(model, texts)
    report(0.1, "tracing the model")
    plain = artifact.finish(folder / "onnx-fp32", "onnx-fp32", source, fp32.write(source, params, folder / "onnx-fp32"))
    report(0.5, "quantising to INT8")
    small = artifact.finish(folder / "onnx-int8", "onnx-int8", source, int8.write(plain, folder / "onnx-int8"))
    report(0.9, "checking the answers")
    source.check_answers(plain)
    return ExportRef(model=model, fp32=plain, int8=small, exporter=fp32.EXPORTER, ship=params.ship)
