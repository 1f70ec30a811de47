"""An exported language model that answers, if badly."""

import pytest

from daybreak.inference.generator import Generator
from daybreak.records import ExportRef


@pytest.fixture(scope="session")
def generator(written: ExportRef) -> Generator:
    return Generator.of(written.of("onnx-fp32"), threads=1)
