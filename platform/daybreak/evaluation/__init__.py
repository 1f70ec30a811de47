"""Measurements of an artifact, one file each: numbers, no opinions."""
