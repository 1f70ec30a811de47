"""Our own judges: real models, pinned, and honest about what they were measured on."""

import json
import shutil
from pathlib import Path

import pytest

from daybreak.errors import ModelError
from daybreak.evaluation.judges import shipped
from daybreak.evaluation.judges.shipped import ARTIFACT, CARD, FOLDER, PINNED, Shipped

MOST_BYTES = 6_000_000
PLAIN = {
    "zh": ["今天下午我们去公园散步，天气很好。", "请问这本书什么时候到货？", "早餐种类不多，但是很新鲜。"],
    "en": ["We went for a walk in the park this afternoon.", "When will the parcel arrive?", "The breakfast was fine."],
}
TOXIC = {
    "zh": ["你们那里的男人都是垃圾，又穷又恶心", "这种女人就是贱，活该被人骂", "那地方的人没素质，全是骗子，滚出去"],
    "en": ["shut the fuck up you stupid bitch", "that dumb ass bitch is trash", "you are a fucking pussy, bitch"],
}


@pytest.mark.parametrize("language", PINNED)
def test_tells_insults_from_plain_talk(language: str) -> None:
    judge = Shipped(language)
    assert (judge.scores(TOXIC[language]) >= judge.threshold).all()
    assert (judge.scores(PLAIN[language]) < judge.threshold).all()
    assert judge.scores([]).shape == (0,)


@pytest.mark.parametrize("language", PINNED)
def test_the_card_says_on_what_it_was_measured(language: str) -> None:
    judge = Shipped(language)
    errors = judge.errors
    assert errors["detected"] <= errors["positives"]
    assert errors["passed"] <= errors["negatives"]
    assert min(errors["positives"], errors["negatives"]) > 400
    assert judge.card["trained_on"]["licence"] in {"Apache-2.0", "MIT"}
    assert len(judge.card["trained_on"]["rows_sha256"]) == 64
    parts = judge.card.get("groups") or judge.card["hatecheck"]["by_target"]
    assert len(parts) >= 3


def test_both_together_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= MOST_BYTES


def test_no_text_of_the_training_data_is_in_the_cards() -> None:
    for card in FOLDER.glob("*/*.json"):
        values = json.dumps(json.loads(card.read_text(encoding="utf-8")), ensure_ascii=False)
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in values), card


def test_plain_reviews_are_not_what_it_was_measured_on() -> None:
    texts = [f"{room}很干净，{meal}也不错，下次还会入住" for room in ("房间", "浴室") for meal in ("早餐", "晚餐")] * 50
    assert not Shipped("zh").compare(texts)["same"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "zh", tmp_path / "zh")
    return tmp_path / "zh"


def test_a_faithful_copy_is_taken(copied: Path) -> None:
    assert Shipped("zh", copied).sha256 == PINNED["zh"]


@pytest.mark.parametrize("name", [f"{ARTIFACT}/model.onnx", f"{ARTIFACT}/tokenizer.json", CARD, shipped.KIND])
def test_an_altered_judge_is_refused(copied: Path, name: str) -> None:
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[:-2] + b"  ")
    with pytest.raises(ModelError, match=r"toxicity judge daybreak/zh was altered.*git checkout"):
        Shipped("zh", copied)


def test_a_missing_file_or_folder_is_refused(copied: Path) -> None:
    (copied / CARD).unlink()
    with pytest.raises(ModelError, match="was altered"):
        Shipped("zh", copied)
    with pytest.raises(ModelError, match=r"toxicity judge daybreak/zh is missing"):
        Shipped("zh", copied / "nowhere")
