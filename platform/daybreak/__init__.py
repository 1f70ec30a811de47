"""Daybreak: retrain by night, release at daybreak, and only what passed."""

__version__ = "0.1.0"
