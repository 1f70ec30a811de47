"""Sessions of onnxruntime that run where they were asked to run."""

from pathlib import Path
from typing import Any

from daybreak.errors import ModelError
from daybreak.inference.verifying import AGAIN

CPU = "CPUExecutionProvider"


def open_session(path: Path, providers: list[str], threads: int | None) -> Any:
    """A session on exactly these providers: onnxruntime by itself would fall back to the CPU without a word."""
    import onnxruntime

    absent = set(providers) - set(onnxruntime.get_available_providers())
    if absent:
        found = f"this onnxruntime has no {', '.join(sorted(absent))}"
        raise ModelError(found, "a provider it was built with", f"Ask for {CPU}, or install another build")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads or 0
    if CPU not in providers:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        session = onnxruntime.InferenceSession(path, options, providers=providers)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"onnxruntime cannot open {path}: {reason}", f"a model for {providers}", AGAIN) from None
    used = session.get_providers()
    if used[: len(providers)] != providers:
        raise ModelError(f"onnxruntime uses {used}", f"{providers}", "Mend the driver, or ask for the CPU")
    return session
