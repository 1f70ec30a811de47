"""What everything that travels between steps descends from."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of everything that travels: frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
