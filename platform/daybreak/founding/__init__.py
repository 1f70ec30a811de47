"""Founds a project: a folder with all it needs, and the model that is in production as its first champion."""

from daybreak.founding.adopting import adopt
from daybreak.founding.folder import found, undone_on_error

__all__ = ["adopt", "found", "undone_on_error"]
