"""Judges that a project brings: real ones, made here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from daybreak import digests
from daybreak.errors import ModelError, ParamsError
from daybreak.evaluation.judges import choosing, named
from daybreak.evaluation.judges.params import JudgeParams

TEXTS = ["damn this thing", "a fine morning"]


def strings_model(path: Path) -> Path:
    """An ONNX model from a string to a probability of each of three labels: the first if the text has the one word."""
    import onnx
    from onnx import TensorProto, helper

    def text(name: str, shape: list[str | int]) -> object:
        return helper.make_tensor_value_info(name, TensorProto.STRING, shape)

    numbers = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3])
    labels = helper.make_tensor_value_info("label", TensorProto.STRING, ["n"])
    constant = [
        helper.make_node("Constant", [], ["rude"], value=helper.make_tensor("v", TensorProto.STRING, [1], [b"damn"])),
        helper.make_node(
            "Constant", [], ["yes"], value=helper.make_tensor("y", TensorProto.FLOAT, [1, 3], [0.7, 0.2, 0.1])
        ),
        helper.make_node(
            "Constant", [], ["no"], value=helper.make_tensor("o", TensorProto.FLOAT, [1, 3], [0.1, 0.1, 0.8])
        ),
    ]
    nodes = [
        *constant,
        helper.make_node("Identity", ["text"], ["label"]),
        helper.make_node("Equal", ["text", "rude"], ["same"]),
        helper.make_node("Unsqueeze", ["same", "axis"], ["column"]),
        helper.make_node("Where", ["column", "yes", "no"], ["probabilities"]),
    ]
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    graph = helper.make_graph(nodes, "words", [text("text", ["n"])], [labels, numbers], [axis])
    opsets = [helper.make_opsetid("", 19)]
    onnx.save_model(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sequence classifier of transformers with random weights, as a folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("classifier")
    words = {word: place for place, word in enumerate(["[PAD]", "[UNK]", "damn", "this", "a", "fine", "morning"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    torch.manual_seed(17)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    labels = {0: "clean", 1: "toxic", 2: "hate"}
    config = BertConfig(vocab_size=len(words), id2label=labels, label2id={v: k for k, v in labels.items()}, **sizes)
    BertForSequenceClassification(config).save_pretrained(folder)
    yield folder


def pinned(source: Path, **settings: object) -> JudgeParams:
    files = [source] if source.is_file() else named._files(source)
    found = digests.of_file(source) if source.is_file() else digests.of_files(files, below=source)
    return JudgeParams(language="en", source=str(source), sha256=found, **settings)


def test_a_transformer_of_a_folder_judges(transformer: Path) -> None:
    one, both = (
        named.open_judge(pinned(transformer, toxic=labels)).scores(TEXTS) for labels in ("toxic", ("toxic", "hate"))
    )
    assert one.shape == (2,)
    assert (both > one).all()
    assert ((one > 0) & (both < 1)).all()


def test_texts_are_judged_alike_in_any_company(transformer: Path) -> None:
    opened = named.open_judge(pinned(transformer))
    alone = np.concatenate([opened.scores([text]) for text in TEXTS])
    assert opened.scores(TEXTS) == pytest.approx(alone, abs=1e-5)
    assert opened.scores([]).shape == (0,)


def test_nothing_is_known_of_its_errors(transformer: Path) -> None:
    opened = named.open_judge(pinned(transformer))
    assert opened.errors is None
    assert opened.compare(TEXTS) is None


def test_a_model_that_reads_strings_judges(tmp_path: Path) -> None:
    params = pinned(strings_model(tmp_path / "words.onnx"), toxic=("0", "1"))
    assert named.open_judge(params).scores(["damn", "a fine morning"]) == pytest.approx([0.9, 0.2])


def test_what_is_not_pinned_is_told_its_hash(transformer: Path) -> None:
    bare = JudgeParams(language="en", source=str(transformer))
    with pytest.raises(ParamsError, match=r"has no sha256.*Set sha256: [0-9a-f]{64}"):
        named.open_judge(bare)


def test_another_model_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    path = strings_model(tmp_path / "words.onnx")
    wrong = JudgeParams(language="en", source=str(path), sha256="0" * 64)
    with pytest.raises(ModelError, match=r"has digest [0-9a-f]{12}; expected 000000000000"):
        named.open_judge(wrong)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/nowhere/model", "is not there; expected a file .onnx, a folder"),
        ("owner/name", "Hugging Face id with the revision"),
        ("hatesonar", "hatesonar is not installed"),
    ],
)
def test_what_is_not_there_is_told(source: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        named.open_judge(JudgeParams(language="en", source=source, sha256="0" * 64))


def test_labels_that_it_does_not_have_are_told(transformer: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no label 'rude'; expected some of clean, toxic, hate"):
        named.open_judge(pinned(transformer, toxic="rude"))
    opened = named.open_judge(pinned(strings_model(tmp_path / "words.onnx"), toxic="rude"))
    with pytest.raises(ModelError, match="no label 'rude'"):
        opened.scores(TEXTS)


def test_a_folder_that_holds_no_classifier_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        named.open_judge(pinned(tmp_path))


def test_a_model_that_reads_no_strings_is_told() -> None:
    from daybreak.evaluation.judges.shipped import ARTIFACT, FOLDER

    with pytest.raises(ModelError, match="expected a model from one string to labels"):
        named.open_judge(pinned(FOLDER / "zh" / ARTIFACT / "model.onnx"))


def test_a_named_judge_takes_the_place_of_ours(transformer: Path) -> None:
    params = pinned(transformer)
    assert (found := choosing.find("en", [params])) is not None
    assert found.name == str(transformer)
    assert (ours := choosing.find("zh", [params])) is not None
    assert ours.name == "daybreak/zh"
    assert choosing.find("ja", [params]) is None
