"""params.yaml fails at once and by name: path, what was found, the nearest valid key."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from daybreak import gates
from daybreak.errors import ParamsError
from daybreak.params import DATA_STAGES, Params, gates_section, known_keys, load_params

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write params.yaml from text and give its path."""

    def to_disk(text: str) -> Path:
        path = tmp_path / "params.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_disk


def refusal(path: Path, *overrides: str) -> ParamsError:
    with pytest.raises(ParamsError) as caught:
        load_params(path, overrides)
    assert caught.value.exit_code == 2
    return caught.value


def test_defaults_are_a_valid_night(write: Write) -> None:
    assert load_params(write("{}")) == Params()


def test_the_file_and_overrides_meet_in_one_frozen_tree(write: Write) -> None:
    params = load_params(write("training: {epochs: 3, seed: 1}"), ["training.seed=2", "model.base=scratch"])
    assert (params.training.epochs, params.training.seed, params.model.base) == (3, 2, "scratch")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("training: {learning_rat: 1}", ["training.learning_rat", "training.learning_rate"]),
        ("trainign: {epochs: 1}", ["trainign", "training"]),
        ("split: {ratio: {train: 1}}", ["split.ratio", "split.ratios"]),
        ("split: {ratios: {training: 0.7}}", ["split.ratios.training", "split.ratios.train"]),
        ("gates: {qualty: {}}", ["gates.qualty", "gates.quality"]),
        ("gates: {quality: {margn: 1}}", ["gates.quality.margn", "gates.quality.margin"]),
        ("gates: 3", ["gates", "3"]),
        ("training: 3", ["training", "3"]),
        ("training: {epochs: many}", ["training.epochs", "many", "number"]),
        ("training: {learning_rate: -1}", ["training.learning_rate", "-1", "greater than 0"]),
        ("split: {ratios: {train: 0.7, validation: 0.2, test: 0.2}}", ["split.ratios", "1.1", "must be 1"]),
        ("tuning: {epochs: 9}", ["tuning.epochs", "longer than", "training.epochs"]),
        ("tuning: {epochs: 0.5, grace: 0.9}", ["tuning", "longer than a trial"]),
        ("tuning: {space: {droput: {draw: uniform, low: 0, high: 0.5}}}", ["tuning.space.droput", "dropout"]),
        ("tuning: {space: {dropout: {draw: uniform, low: 1, high: 0}}}", ["tuning.space.dropout", "below"]),
        ("dedupe: {near: perhaps}", ["dedupe.near", "perhaps", "keep"]),
        ("- a list", ["no sections", "mapping"]),
        ("training: {epochs: [", ["cannot be read", "YAML"]),
    ],
)
def test_what_is_wrong_is_named(write: Write, text: str, parts: list[str]) -> None:
    said = str(refusal(write(text)))
    assert all(part in said for part in parts), said
    assert "\n" not in said


def test_a_missing_file_says_how_to_get_it_back(tmp_path: Path) -> None:
    assert "git checkout" in refusal(tmp_path / "params.yaml").remedy


def test_a_file_that_is_not_utf8_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes("model: {base: 模型}".encode("gb18030"))
    assert refusal(path).expected == "YAML in UTF-8"


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("training.learning_rat=1", ["training.learning_rate"]),
        ("training.epochs", ["section.key=value"]),
        ("epochs=3", ["section.key=value"]),
        ("=3", ["section.key=value"]),
        ("training.epochs={", ["training.epochs", "YAML"]),
        ("training.epochs.more=1", ["training.epochs.more"]),
    ],
)
def test_a_wrong_override_is_named(write: Write, override: str, parts: list[str]) -> None:
    said = str(refusal(write("training: {epochs: 2}"), override))
    assert all(part in said for part in parts), said


@pytest.mark.parametrize("stage", DATA_STAGES)
def test_data_stages_cannot_be_overridden(write: Write, stage: str) -> None:
    said = str(refusal(write("{}"), f"{stage}.seed=1"))
    assert "dvc versions them" in said
    assert "params.yaml" in said


@given(st.text(alphabet="abcdefgh_.=学", max_size=20))
def test_any_override_is_applied_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "params.yaml"
    path.write_text("{}", encoding="utf-8")
    try:
        load_params(path, [text])
    except ParamsError as error:
        assert "\n" not in str(error)


def test_every_gate_has_its_own_section() -> None:
    section = gates_section()
    assert set(section.model_fields) == set(gates.discover())
    assert {f"gates.{name}" for name in gates.discover()} <= set(known_keys())


def test_known_keys_cover_every_section_and_its_depth() -> None:
    assert {"training.learning_rate", "split.ratios.train", "gates", "model.base"} <= set(known_keys())
    assert set(Params.model_fields) == {key for key in known_keys() if "." not in key}


def test_the_digest_names_the_resolved_tree(write: Write) -> None:
    written_out = yaml.safe_dump(Params().model_dump(mode="json"), allow_unicode=True)
    assert load_params(write(written_out)).digest == Params().digest
    assert load_params(write("training: {seed: 18}")).digest != Params().digest


def test_params_cannot_be_changed_afterwards() -> None:
    assert all(issubclass(type(value), BaseModel) for _, value in Params())
    with pytest.raises(ValueError, match="frozen"):
        Params().training.epochs = 9  # type: ignore[misc]
