"""Tells people what became of a night: one card, to every channel that settings name an address for."""

from daybreak.notifying.card import Card, compose
from daybreak.notifying.deliver import Delivery, beat, deliveries, send
from daybreak.notifying.note import Note

__all__ = ["Card", "Delivery", "Note", "beat", "compose", "deliveries", "send"]
