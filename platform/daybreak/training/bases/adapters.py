"""Low-rank adapters: small matrices beside the frozen linear layers of a base, merged into them at the end."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from daybreak.errors import ParamsError
from daybreak.training.params import AdapterParams

NAME = "default"  # of the one adapter, as peft calls it
FOLDER = "adapter"
"""Below a model's folder: what was learned, before it was merged, as peft reads it."""


def demand(adapter: AdapterParams, device: torch.device) -> None:
    """ParamsError where this machine lacks what the adapter asks for."""
    if adapter.kind == "none":
        return
    if find_spec("peft") is None:
        raise ParamsError(
            "training.adapter.kind is lora, and peft is not installed", "the package peft", "pip install peft"
        )
    if adapter.bits < 16:
        asked = f"training.adapter.bits is {adapter.bits}"
        if device.type != "cuda":
            raise ParamsError(f"{asked}, which needs a GPU", "16 or 32 on this machine", "Set training.adapter.bits")
        if find_spec("bitsandbytes") is None:
            raise ParamsError(f"{asked}, and bitsandbytes is not installed", "it", "pip install bitsandbytes")


def add(base: nn.Module, adapter: AdapterParams, kind: str) -> None:
    """Put fresh adapters beside a base's layers, and freeze the base; ParamsError for targets that name no layer."""
    from peft import inject_adapter_in_model
    from peft.tuners.tuners_utils import cast_adapter_dtype

    try:
        inject_adapter_in_model(_config(adapter, kind), base)
        cast_adapter_dtype(base, NAME)  # what is learned is learned in fp32, whatever the base is held in
    except ValueError as error:
        wanted = ", ".join(adapter.targets) or "its linear layers"
        names = sorted(
            {name.rpartition(".")[2] for name, layer in base.named_modules() if isinstance(layer, nn.Linear)}
        )
        reason = f"training.adapter.targets finds none of {wanted} ({' '.join(str(error).split())[:100]})"
        raise ParamsError(reason, f"such as {', '.join(names[:8])}", "Mend training.adapter.targets") from None


def _config(adapter: AdapterParams, kind: str) -> Any:
    from peft import LoraConfig

    return LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,  # type: ignore[arg-type]  # a number, whatever peft's annotation says
        lora_dropout=adapter.dropout,
        target_modules=list(adapter.targets) or "all-linear",
        task_type="CAUSAL_LM" if kind == "decoder" else "FEATURE_EXTRACTION",
    )


def weights(network: nn.Module) -> dict[str, Tensor]:
    """What the adapters hold, by the names they have in the network."""
    return {name: value for name, value in network.state_dict().items() if ".lora_" in name}


def fill(network: nn.Module, learned: Mapping[str, Tensor]) -> None:
    """Give fresh adapters what others learned."""
    network.load_state_dict(dict(learned), strict=False)


def merge(network: nn.Module) -> nn.Module:
    """Add what the adapters learned to the layers beside them, in place; the network is then as if there were none."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    adapted = [(name, layer) for name, layer in network.named_modules() if isinstance(layer, BaseTunerLayer)]
    for name, layer in adapted:
        layer.merge(safe_merge=True)
        parent, _, own = name.rpartition(".")
        setattr(network.get_submodule(parent), own, layer.get_base_layer())
    for module in network.modules():
        if hasattr(module, "peft_config"):
            del module.peft_config
            setattr(module, "_hf_peft_config_loaded", False)  # noqa: B010 - torch types attributes as modules
    return network


def keep(network: nn.Module, adapter: AdapterParams, kind: str, source: str, folder: Path) -> None:
    """Write the adapters as peft reads them: PeftModel.from_pretrained(base, folder)."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    config = _config(adapter, kind)
    config.base_model_name_or_path = source
    config.inference_mode = True
    if config.target_modules == "all-linear":
        config.target_modules = _targets(network)
    config.save_pretrained(folder)
    named = {
        f"base_model.model.{name.removeprefix('encoder.').replace(f'.{NAME}.', '.')}": value.detach()
        .float()
        .contiguous()
        .cpu()
        for name, value in weights(network).items()
    }
    save_file(named, folder / "adapter_model.safetensors", metadata={"format": "pt"})


def _targets(network: nn.Module) -> list[str]:
    names = {name.split(".lora_")[0].rpartition(".")[2] for name in weights(network)}
    return sorted(names)
