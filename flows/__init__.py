"""WHEN: one file a user intention; each flow reads as a sentence."""
