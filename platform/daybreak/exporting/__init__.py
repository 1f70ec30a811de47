"""From a trained torch model to the artifact that ships, and the exact one it is compared with, a folder each."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.exporting.params import ExportingParams
    from daybreak.exporting.provenance import Provenance
    from daybreak.exporting.source import Source
    from daybreak.records import ArtifactRef, ExportRef, ModelRef
    from daybreak.records.artifacts import Shippable


def export(
    model: "ModelRef",
    params: "ExportingParams",
    texts: Sequence[str],
    folder: Path,
    report: Callable[[float, str], None] = lambda share, note: None,
    *,
    provenance: "Provenance | None" = None,
) -> "ExportRef":
    """Write what ships to `folder/<kind>/`, and before it `folder/onnx-fp32/` where it is made from that.

    A model repository for Triton goes to `folder/triton/` where params ask for one.

    `texts` (at least two) are rows of the model's own data: the example the exporter traces, and the rows on which the
    exact artifacts must then answer as torch does. Manifests state the `provenance`. Raises ModelError for a model that
    cannot be loaded or not be exported to that kind, and StepFailed where an exported model answers differently.
    """
    from daybreak.errors import ParamsError
    from daybreak.exporting import kinds, triton
    from daybreak.exporting.source import Source
    from daybreak.records import ExportRef
    from daybreak.records.artifacts import REFERENCE

    source = Source.of(model, texts)
    if params.ship not in source.tracer.KINDS:
        found = f"exporting.ship is {params.ship}, which a model of recipe {model.recipe} is not exported to"
        raise ParamsError(found, f"one of {', '.join(source.tracer.KINDS)}", "Set exporting.ship to one of them")
    needs = kinds.discover()[params.ship].FROM_REFERENCE
    made: list[ArtifactRef] = []
    asked: list[Shippable] = [REFERENCE, params.ship] if needs else [params.ship]
    for place, kind in enumerate(asked):
        report(0.1 + 0.4 * place, kinds.discover()[kind].NOTE)
        made.append(_write(kind, source, params, folder / kind, made[0] if made else None, provenance=provenance))
    report(0.9, "checking the answers")
    source.tracer.check_answers(source, made[0])
    if params.triton:
        triton.write(made[-1], params, folder / "triton")
    return ExportRef(model=model, artifacts=tuple(made), ship=params.ship, exporter=source.tracer.EXPORTER)


def _write(
    kind: "Shippable",
    source: "Source",
    params: "ExportingParams",
    folder: Path,
    reference: "ArtifactRef | None",
    *,
    provenance: "Provenance | None",
) -> "ArtifactRef":
    """One artifact; of INT8, with certificates, for which it must first answer. What ships runs where it will serve."""
    from daybreak.exporting import artifact, certifying, kinds
    from daybreak.inference import MODEL

    facts = kinds.discover()[kind].write(source, params, folder, reference)
    facts["fused"] = artifact.fused(folder / MODEL)
    provider = params.provider if kind == params.ship else "cpu"
    finish = partial(artifact.finish, folder, kind, source, provenance=provenance, provider=provider)
    made = finish(facts)
    if reference is None or "weight_bits" not in facts.get("quantisation", {}):
        return made
    bits = facts["quantisation"]["weight_bits"]
    return finish({**facts, "certificates": certifying.certify(source, made, reference, bits=bits)})
