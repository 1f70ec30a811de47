"""What an INT8 artifact answers on this class of processor, and what is not known of the other class."""

from typing import Any

import numpy as np

from daybreak.exporting.source import Source
from daybreak.inference import MODEL
from daybreak.inference.processors import SAFE_BITS, TWINS, cpu_class
from daybreak.records import ArtifactRef


def certify(source: Source, made: ArtifactRef, reference: ArtifactRef, *, bits: int) -> list[dict[str, Any]]:
    """Certificates for the manifest: this machine's class, compared with the exact artifact on the example texts.

    Its twin with or without VNNI stands beside it as not judged: nothing here can run as it does. `largest_difference`
    is in logits, to two digits, so that machines of one class state the same.
    """
    own = cpu_class()
    about = {"file": MODEL, "weight_bits": bits}
    found, exact = source.tracer.answers(source, made), source.tracer.answers(source, reference)
    figures = {
        "rows": len(found),
        "flips": int((found.argmax(1) != exact.argmax(1)).sum()),
        "largest_difference": float(f"{np.abs(found - exact).max():.2g}"),
    }
    here = {"cpu_class": own, "judged": True, **about, **figures}
    if own not in TWINS:
        return [here]
    safe = f"; weights of {bits} bits sum exactly there too" if bits <= SAFE_BITS else ""
    return [here, {"cpu_class": TWINS[own], "judged": False, **about, "reason": f"made on {own}{safe}"}]
