"""What a step depends on, as digests."""

from collections.abc import Sequence

from daybreak import digests
from daybreak.night.opening import Night
from daybreak.recipes.params import ModelParams
from daybreak.training.bases import base as bases


def base_of(model: ModelParams) -> str:
    return digests.of_value(bases.resolve(model).model_dump())


def inputs_of(night: Night, *, sections: Sequence[str] = (), rooms: Sequence[str], **named: str) -> dict[str, str]:
    """Digests of what a step depends on: sections of params.yaml, code of rooms, the lock, and what is `named`."""
    params = {f"params {name}": digests.of_value(getattr(night.params, name).model_dump()) for name in sections}
    code = {f"code of {room}": digests.of_code(room) for room in rooms}
    return {**named, **params, **code, "requirements.lock": night.lock_digest}
