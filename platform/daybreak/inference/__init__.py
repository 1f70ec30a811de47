"""Answers from an exported artifact, without torch: the only door to onnxruntime outside exporting."""

from daybreak.inference.predictor import Batch, Predictions, Predictor
from daybreak.inference.sessions import CPU
from daybreak.inference.strings import StringClassifier
from daybreak.inference.verifying import LABELS, MANIFEST, MODEL, TOKENIZER, digest, recipe_of, verify

__all__ = [
    "CPU",
    "LABELS",
    "MANIFEST",
    "MODEL",
    "TOKENIZER",
    "Batch",
    "Predictions",
    "Predictor",
    "StringClassifier",
    "digest",
    "recipe_of",
    "verify",
]
