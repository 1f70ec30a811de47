"""Sessions of onnxruntime that run where they were asked to run."""

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.errors import ModelError
from daybreak.inference import processors
from daybreak.inference.verifying import AGAIN

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
PROVIDERS = {"cpu": (CPU,), "cuda": (CUDA,)}
"""What `exporting.provider` asks for; a GPU without the CPU beside it, which would take over without a word."""

OPTIONS = {CUDA: {"use_tf32": "0"}}
"""Products in full fp32: TF32 drops 13 bits of what parity compares."""


class Runtime(NamedTuple):
    """Where an artifact runs: providers, nodes of the graph by provider, and the certificate that was taken."""

    providers: tuple[str, ...]
    nodes: dict[str, int]
    choice: processors.Choice

    @property
    def cpu_share(self) -> float:
        """Share of the graph's nodes that run on the CPU."""
        return self.nodes.get(CPU, 0) / max(1, sum(self.nodes.values()))

    def describe(self) -> dict[str, Any]:
        """Plain values for a listing."""
        said = {"providers": list(self.providers), "cpu_share": round(self.cpu_share, 4)}
        return {**said, **self.choice._asdict()}


def open_artifact(
    folder: Path, manifest: Mapping[str, Any], providers: Sequence[str] | None, threads: int | None
) -> tuple[Any, Runtime]:
    """A session of a verified artifact, on the provider that its manifest names unless others are asked for.

    Which certificate holds on this machine is logged once a process.
    """
    named = str(manifest.get("provider", "cpu"))
    if named not in PROVIDERS:
        found = f"the manifest in {folder} names the provider {named!r}"
        raise ModelError(found, f"one of {', '.join(PROVIDERS)}", AGAIN)
    asked = list(providers or PROVIDERS[named])
    choice = processors.choose(manifest, processors.cpu_class())
    session = open_session(folder / choice.file, asked, threads)
    if CPU in asked:
        _say(choice.word, is_sure=choice.is_judged_here or choice.is_safe)
    return session, Runtime(tuple(session.get_providers()), nodes_by_provider(session), choice)


def open_session(path: Path, providers: list[str], threads: int | None) -> Any:
    """A session on exactly these providers: onnxruntime by itself would fall back to the CPU without a word."""
    import onnxruntime

    absent = set(providers) - set(onnxruntime.get_available_providers())
    if absent:
        found = f"this onnxruntime has no {', '.join(sorted(absent))}"
        raise ModelError(found, "a provider it was built with", f"Ask for {CPU}, or install another build")
    try:
        with _without_log(providers):
            session = _open(path, providers, threads, is_strict=CPU not in providers)
    except Exception as error:
        if CPU not in providers and "fallback to CPU" in str(error):
            raise _fallen_back(path, providers, threads) from None
        reason = " ".join(str(error).split())
        raise ModelError(f"onnxruntime cannot open {path}: {reason}", f"a model for {providers}", AGAIN) from None
    used = session.get_providers()
    if used[: len(providers)] != providers:
        raise _unused(providers, used)
    return session


def nodes_by_provider(session: Any) -> dict[str, int]:
    """How many nodes of the graph each provider got, as onnxruntime recorded it when it opened the model."""
    parts = session.get_provider_graph_assignment_info()
    found: Counter[str] = Counter()
    for part in parts:
        found[part.ep_name] += len(part.get_nodes())
    return dict(found)


def operators(path: Path) -> dict[str, int]:
    """How often each operator stands in the graph that onnxruntime makes of a model when it opens it.

    With its fusions for any processor (its level "extended"), and not those for one kind of cache line.
    """
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    with tempfile.TemporaryDirectory() as scratch:
        optimised = Path(scratch) / "model.onnx"
        options.optimized_model_filepath = str(optimised)
        onnxruntime.InferenceSession(path, options, providers=[CPU])
        graph = onnx.load_model(optimised, load_external_data=False).graph
    return dict(sorted(Counter(node.op_type for node in graph.node).items()))


def _open(path: Path, providers: Sequence[str], threads: int | None, *, is_strict: bool) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads or 0
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    if is_strict:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    asked = [(name, OPTIONS[name]) if name in OPTIONS else name for name in providers]
    return onnxruntime.InferenceSession(path, options, providers=asked)


def _fallen_back(path: Path, providers: list[str], threads: int | None) -> ModelError:
    """Why a session may not be had without the CPU: the provider does not start, or has no kernel for some nodes."""
    with _without_log(providers):
        session = _open(path, providers, threads, is_strict=False)
    if session.get_providers()[: len(providers)] != providers:
        return _unused(providers, session.get_providers())
    nodes = nodes_by_provider(session)
    total = sum(nodes.values())
    found = f"{nodes.get(CPU, 0)} of {total} nodes ({nodes.get(CPU, 0) / total:.0%}) of {path} would run on the CPU"
    remedy = "Set exporting.ship to onnx-fp32 or onnx-fp16, or exporting.provider to cpu, and run again"
    return ModelError(found, f"every node on {', '.join(providers)}", remedy)


def _unused(providers: list[str], used: list[str]) -> ModelError:
    remedy = "Mend the driver or CUDA's libraries (daybreak doctor looks), or set exporting.provider to cpu"
    return ModelError(f"onnxruntime uses {', '.join(used)}", ", ".join(providers), remedy)


@contextmanager
def _without_log(providers: Sequence[str]) -> Iterator[None]:
    """A provider that cannot start says so on stderr, in colours; our error says it in a sentence."""
    import onnxruntime

    if CPU in providers and len(providers) == 1:
        yield
        return
    onnxruntime.set_default_logger_severity(4)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(2)


@lru_cache(maxsize=64)
def _say(word: str, *, is_sure: bool) -> None:
    logging.getLogger("daybreak.inference").log(logging.INFO if is_sure else logging.WARNING, word)
