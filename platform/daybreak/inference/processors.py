"""Classes of processors between which INT8 answers may differ, and the certificate of an artifact that holds on one."""

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.errors import ModelError
from daybreak.inference.verifying import AGAIN, MODEL

TWINS = {
    "x86-avx2": "x86-vnni",
    "x86-vnni": "x86-avx2",
    "aarch64": "aarch64-dotprod",
    "aarch64-dotprod": "aarch64",
}
"""Each class, and the one of the same processors with or without an instruction for sums of 8-bit products."""

SAFE_BITS = 7
"""Weights of so many bits cannot saturate the 16-bit sums of processors without that instruction."""


class Choice(NamedTuple):
    """The file of an artifact that this machine runs, the class it was judged on, and why in a sentence.

    `is_safe`: its sums are exact on any class.
    """

    file: str
    cpu_class: str
    judged_on: str
    is_judged_here: bool
    is_safe: bool
    word: str


def cpu_class() -> str:
    """The class of this processor: `x86-vnni`, `x86-avx2`, `aarch64-dotprod`, or the machine's own name."""
    info = Path("/proc/cpuinfo")
    return classify(platform.machine(), info.read_text(encoding="utf-8") if info.is_file() else "")


def classify(machine: str, info: str) -> str:
    """The class of a machine of that name by the flags in its /proc/cpuinfo."""
    if machine in {"x86_64", "AMD64"}:
        return "x86-vnni" if "avx512_vnni" in info or "avx_vnni" in info else "x86-avx2"
    return "aarch64-dotprod" if machine == "aarch64" and "asimddp" in info else machine


def choose(manifest: Mapping[str, Any], own: str) -> Choice:
    """What a machine of class `own` runs: the file judged on it, else the safe one, whose sums are exact on any.

    ModelError where no certificate was judged, and for one of a file that the manifest does not list.
    """
    known = [each for each in certificates(manifest) if each["judged"]]
    if not known:
        raise ModelError("the manifest has certificates, and none that was judged", "one that was", AGAIN)
    here = next((each for each in known if each["cpu_class"] == own), None)
    safe = next((each for each in known if _is_safe(each)), None)
    taken = here or safe or known[0]
    file, judged_on = str(taken["file"]), str(taken["cpu_class"])
    if file not in {entry["name"] for entry in manifest["files"]}:
        found = f"the manifest has a certificate of {file}, which it does not list"
        raise ModelError(found, "a file of the artifact", AGAIN)
    return Choice(file, own, judged_on, taken is here, _is_safe(taken), _word(taken, own))


def certificates(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One a class of processor; artifacts of former nights state only the class they were judged on."""
    if manifest.get("certificates"):
        return list(manifest["certificates"])
    safe = (manifest.get("quantisation") or {}).get("reduce_range", False)
    whole = manifest.get("kind") != "onnx-int8"
    bits = None if whole else SAFE_BITS if safe else 8
    return [{"cpu_class": manifest.get("cpu_class", ""), "judged": True, "file": MODEL, "weight_bits": bits}]


def _is_safe(certificate: Mapping[str, Any]) -> bool:
    bits = certificate.get("weight_bits")
    return bits is None or bits <= SAFE_BITS


def _word(taken: Mapping[str, Any], own: str) -> str:
    file, judged_on = taken["file"], taken["cpu_class"] or "a class that it does not state"
    if judged_on == own:
        return f"{file} was judged on {own}, the class of this processor"
    if taken.get("weight_bits") is None:
        return f"{file} was judged on {judged_on}, not on {own}; without integer weights that matters little"
    if _is_safe(taken):
        return (
            f"nothing was judged on {own}: taken is the safe {file}, judged on {judged_on}, whose weights of "
            f"{taken['weight_bits']} bits sum exactly on either class"
        )
    return f"{file} was judged on {judged_on} alone: on {own} its answers may differ"
