"""Models that ship with Daybreak."""
