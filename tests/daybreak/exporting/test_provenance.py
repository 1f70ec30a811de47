"""Where an artifact comes from, in its manifest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.exporting.provenance import Provenance
from daybreak.inference import MANIFEST, verify
from daybreak.records import ExportRef, ModelRef

TEXTS = ["房间很好", "服务很差，非常失望"]
FROM = Provenance(data_version=3, data_digest="d" * 64, commit="c" * 40, params_digest="p" * 64)

READ = """
import json, pathlib, sys
sys.modules["torch"] = sys.modules["transformers"] = None
from daybreak.inference import verify
print(json.dumps(verify(pathlib.Path(sys.argv[1]))))
"""


@pytest.fixture(scope="module")
def stated(classifier: ModelRef, tmp_path_factory: pytest.TempPathFactory) -> ExportRef:
    return export(classifier, ExportingParams(), TEXTS, tmp_path_factory.mktemp("stated"), provenance=FROM)


def test_every_manifest_states_it_and_can_be_read_without_torch(stated: ExportRef) -> None:
    for each in stated.artifacts:
        command = [sys.executable, "-c", READ, str(each.path)]
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert FROM.model_dump().items() <= said.items()
        assert (said["recipe"], said["provider"]) == ("classify", "cpu")


def test_the_same_inputs_state_the_same_and_another_commit_another(
    stated: ExportRef, classifier: ModelRef, tmp_path: Path
) -> None:
    again = export(classifier, ExportingParams(), TEXTS, tmp_path / "again", provenance=FROM)
    assert [each.sha256 for each in again.artifacts] == [each.sha256 for each in stated.artifacts]
    later = FROM.model_copy(update={"commit": "e" * 40})
    other = export(classifier, ExportingParams(ship="onnx-fp32"), TEXTS, tmp_path / "other", provenance=later)
    differing = {name for name, value in verify(other.fp32.path).items() if verify(stated.fp32.path)[name] != value}
    assert differing == {"commit"}


def test_artifacts_of_former_nights_still_load(exported: ExportRef) -> None:
    said = json.loads((exported.int8.path / MANIFEST).read_text(encoding="utf-8"))
    assert "commit" not in said
    assert verify(exported.int8.path) == said
