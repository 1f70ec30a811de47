"""Measurements of a language model that is exported: numbers, no opinions. One file each, as in the room above."""
