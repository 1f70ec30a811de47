"""Rows are written down by the artifact as by the folder of its model."""

from typing import Any

from daybreak.evaluation.subject import Subject
from daybreak.evaluation.writing import asking
from daybreak.recipes import generate
from daybreak.records import DatasetRef, ExportRef, ModelRef
from daybreak.training.feeding import tokens


def test_rows_are_read_as_the_model_folder_would(
    written: ExportRef, tiny_written: ModelRef, dialogues: DatasetRef
) -> None:
    from transformers import AutoTokenizer

    subject = Subject(written.of("onnx-fp32"), dialogues, None, None)
    tokenizer: Any = AutoTokenizer.from_pretrained(tiny_written.path)
    theirs = generate.examples(tokens.read(dialogues.split("test")), (), tokenizer, 64)
    assert asking.examples(subject, subject.test) == theirs
    first = asking.questions(subject, subject.test)[0]
    assert first.is_dialogue
    assert first.prompt == subject.generator.ask(first.shown.removeprefix("user: "))
