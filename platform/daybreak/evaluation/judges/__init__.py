"""Judges of toxicity: our own two, a list of words, or any that a project names; each pinned by its hash."""
