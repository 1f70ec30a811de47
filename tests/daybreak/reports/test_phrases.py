"""What gates say has words in both languages, and what has none is said as it is."""

from pathlib import Path

import pytest

from daybreak import gates
from daybreak.gates.judge import ask
from daybreak.params import gates_section
from daybreak.records import Evidence
from daybreak.reports import phrases
from daybreak.testing.gate_contract import make_evidence


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return make_evidence(tmp_path_factory.mktemp("imagined"))


@pytest.mark.parametrize("gate", sorted(gates.discover()))
def test_every_gate_can_be_read_in_chinese(gate: str, evidence: Evidence) -> None:
    assert phrases.title(gate, "zh") != gate
    verdict = ask(gate, gates.discover()[gate], evidence, getattr(gates_section()(), gate))
    for finding in verdict.details.get("findings", []):
        for kind, key in (("questions", "question"), ("remedies", "remedy"), ("units", "unit")):
            assert phrases.is_known(kind, finding[key]), f"gates.yaml has no Chinese for {finding[key]!r}"  # type: ignore[arg-type]
    for note in verdict.details.get("notes", []):
        assert phrases.is_known("notes", note), f"gates.yaml has no Chinese for {note!r}"


def test_names_within_a_phrase_are_said_too() -> None:
    asked = "Accuracy against the TF-IDF baseline"
    assert phrases.say("questions", asked, "en") == "Right answers beside the simple baseline"
    assert phrases.say("questions", asked, "zh") == "与简单基线相比，准确率之差"
    assert phrases.say("values", "-2.50 points", "zh") == "-2.50 个百分点"
    assert phrases.say("values", "84.13 %", "zh") == "84.13 %"


def test_what_nobody_knows_is_said_as_it_is() -> None:
    assert phrases.title("shouting_loud", "zh") == "shouting loud"
    assert phrases.say("remedies", "Whisper", "zh") == "Whisper"
    assert not phrases.is_known("remedies", "Whisper")


def test_english_stays_english_where_only_chinese_differs() -> None:
    assert phrases.say("units", "test rows", "en") == "test rows"
    assert phrases.say("units", "swaps in 80 sentences", "zh") == "次替换（80 个句子）"


def test_every_entry_has_a_pattern_and_chinese() -> None:
    found = phrases.known()
    for kind in ("questions", "units", "values", "remedies", "asked", "notes"):
        assert all(set(entry) <= {"is", "en", "zh"} and entry["is"] and entry["zh"] for entry in found[kind]), kind
    assert all(set(named) == {"en", "zh"} for kind in ("gates", "names") for named in found[kind].values())
    assert Path(phrases.__file__).with_name("gates.yaml").is_file()
