"""Writing and reading with an exported language model: batches, cache, draws, likelihoods, folders that are none."""

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from daybreak.errors import DataError, ModelError
from daybreak.inference.choosing import Sampling
from daybreak.inference.generator import IGNORED, Generator
from daybreak.recipes import generate
from daybreak.records import ArtifactRef, ExportRef, ModelRef

ASKED = ["房间 3?", "the room 4? And is there breakfast, and where?", "早餐"]
DRAWN = Sampling(temperature=1.0, top_p=0.9, seed=3)


def prompts(generator: Generator) -> list[str]:
    return [generator.ask(text) for text in ASKED]


@pytest.mark.parametrize("sampling", [Sampling(), DRAWN])
def test_a_batch_writes_what_each_row_writes_with_a_cache_or_without(generator: Generator, sampling: Sampling) -> None:
    asked = prompts(generator)
    together = generator.write(asked, 12, is_dialogue=True, sampling=sampling)
    assert generator.write(asked, 12, is_dialogue=True, sampling=sampling, cached=False) == together
    if not sampling.temperature:
        assert [generator.write([each], 12, is_dialogue=True)[0] for each in asked] == together


def test_draws_repeat_by_seed_and_differ_between_seeds(generator: Generator) -> None:
    asked = prompts(generator)
    first, again, other = (
        generator.write(asked, 12, is_dialogue=True, sampling=DRAWN._replace(seed=seed)) for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_rows_of_later_batches_have_draws_of_their_own(generator: Generator) -> None:
    same = [generator.ask("房间 3?")] * 4
    assert len(set(generator.write(same, 12, is_dialogue=True, sampling=DRAWN, batch_size=2))) > 1


def test_logits_are_those_of_torch_under_the_same_padding(generator: Generator, tiny_written: ModelRef) -> None:
    network = generate.load_model(tiny_written)
    batch = generator.pad([generator.encode(text) for text in prompts(generator)])
    assert batch.attention_mask[0, 0] == 0, "padded on the left"
    with torch.inference_mode():
        expected = network(*(torch.from_numpy(each) for each in batch)).logits.numpy()
    real = batch.attention_mask == 1
    assert np.abs(generator.logits(batch) - expected)[real].max() < 1e-4


def test_steps_are_what_transformers_generates(generator: Generator, tiny_written: ModelRef) -> None:
    network: Any = generate.load_model(tiny_written)
    for asked in prompts(generator):
        ids = generator.encode(asked, is_dialogue=True)
        theirs = network.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=12, pad_token_id=0)[
            0, len(ids) :
        ]
        ours = generator.continue_ids([ids], 12)[0]
        assert ours == [token for token in theirs.tolist() if token not in generator.ends]


def test_likelihood_counts_what_is_learned_only(generator: Generator) -> None:
    ids = generator.encode("房间很好")
    targets = [*ids[1:], IGNORED]
    half = [IGNORED if place < 2 else token for place, token in enumerate(targets)]
    found = generator.likelihood([(ids, targets), (ids, half), (ids, [IGNORED] * len(ids))])
    logits = torch.from_numpy(generator.logits(generator.pad([ids]))[0])
    wanted = torch.nn.functional.cross_entropy(logits, torch.tensor(targets), ignore_index=IGNORED, reduction="sum")
    assert found.nats[0] == pytest.approx(float(wanted), rel=1e-5)
    assert found.nats[1] < found.nats[0]
    assert found.tokens.tolist() == [len(ids) - 1, len(ids) - 3, 0]
    assert found.nats[2] == 0


def test_likelihood_is_the_same_in_any_company(generator: Generator) -> None:
    rows = [(ids, [*ids[1:], IGNORED]) for ids in (generator.encode(text) for text in ASKED)]
    together, alone = generator.likelihood(rows), [generator.likelihood([row]) for row in rows]
    assert together.nats == pytest.approx([float(each.nats[0]) for each in alone], rel=1e-4)


def test_every_token_is_timed(generator: Generator) -> None:
    timed = generator.time_tokens([generator.encode("房间")], 5)
    assert len(timed) == 5
    assert all(each > 0 and math.isfinite(each) for each in timed)


def test_a_text_is_gone_on_with_and_not_ended(generator: Generator) -> None:
    assert generator.encode("房间")[-1] not in generator.ends
    assert generator.encode("") == [generator.pad_id]


def test_a_classifier_writes_nothing(exported: ExportRef) -> None:
    with pytest.raises(ModelError, match="is of recipe classify"):
        Generator.of(exported.of("onnx-fp32"))


def test_an_altered_artifact_is_refused(written: ExportRef, tmp_path: Path) -> None:
    artifact = written.of("onnx-fp32")
    shutil.copytree(artifact.path, tmp_path / "copy")
    (tmp_path / "copy" / "labels.json").write_text("{}", encoding="utf-8")
    copied = ArtifactRef(**{**artifact.model_dump(), "path": tmp_path / "copy"})
    with pytest.raises(ModelError, match="has digest"):
        Generator.of(copied)
    with pytest.raises(ModelError, match=r"labels\.json in .* was altered"):
        Generator(tmp_path / "copy")


def test_a_prompt_longer_than_the_context_keeps_its_end(generator: Generator) -> None:
    room = generator.positions
    assert room
    long = "早餐 " * room
    kept = generator.fit(long, 12)
    assert kept == generator.encode(long)[-(room - 12) :]
    together = generator.write([long, ASKED[0]], 12)
    assert together == [generator.write([each], 12)[0] for each in (long, ASKED[0])]


def test_who_asks_for_the_whole_is_told_what_does_not_fit(generator: Generator) -> None:
    room = generator.positions
    assert room
    with pytest.raises(DataError, match=rf"tokens, and the model's context holds {room}; .* room for an answer"):
        generator.write(["早餐 " * room], 12, whole=True)
    nearly = str(generator.tokenizer.decode(generator.encode("早餐 " * room)[: room - 4]))
    assert len(generator.encode(nearly)) < room
    generator.write([nearly], 12, whole=True)


def test_logits_that_are_no_numbers_are_told(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = generator._run

    def spoiled(*given: Any) -> Any:
        logits, kept = whole(*given)
        return logits * np.nan, kept

    monkeypatch.setattr(generator, "_run", spoiled)
    with pytest.raises(ModelError, match="logits are not all finite"):
        generator.write(ASKED, 3)
