"""The predictor: order, batches, and the artifact it was asked for."""

import numpy as np
import pytest

from daybreak.errors import ModelError
from daybreak.inference import Predictor
from daybreak.records import ArtifactRef, ExportRef

TEXTS = ["房间很好 12", "the service was dirty and is very bad", "", "早餐 非常失望", "这本书 值得推荐 7", "很差"]


@pytest.fixture(scope="module")
def predictor(exported: ExportRef) -> Predictor:
    return Predictor.of(exported.fp32, threads=1)


class TestPredict:
    def test_answers_come_in_the_order_of_the_texts(self, predictor: Predictor) -> None:
        together = predictor.predict(TEXTS, batch_size=4)
        alone = [predictor.predict([text]).logits[0] for text in TEXTS]
        np.testing.assert_allclose(together.logits, alone, atol=1e-5)
        assert together.logits.dtype == np.float32
        assert together.logits.shape == (len(TEXTS), 2)

    def test_labels_follow_the_largest_logit_and_probabilities_sum_to_one(self, predictor: Predictor) -> None:
        found = predictor.predict(TEXTS)
        assert found.labels == [predictor.labels[place] for place in found.logits.argmax(1)]
        np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-5)
        assert found.probabilities.dtype == np.float32

    def test_has_learned_something(self, predictor: Predictor) -> None:
        assert predictor.predict(["房间 非常满意", "早餐 非常失望"]).labels == ["positive", "negative"]

    def test_no_texts_no_answers(self, predictor: Predictor) -> None:
        assert predictor.predict([]).labels == []

    def test_the_same_texts_answer_the_same_to_the_last_bit(self, exported: ExportRef) -> None:
        int8 = Predictor.of(exported.int8, threads=1)
        np.testing.assert_array_equal(int8.predict(TEXTS * 9).logits, int8.predict(TEXTS * 9).logits)

    def test_long_texts_are_cut(self, predictor: Predictor) -> None:
        (batch,) = predictor.batches(["好" * 500])
        assert batch.input_ids.shape == (1, predictor.max_length)


class TestBatches:
    def test_every_row_once_and_short_ones_first(self, predictor: Predictor) -> None:
        batches = list(predictor.batches(TEXTS, 4))
        assert sorted(row for batch in batches for row in batch.rows) == list(range(len(TEXTS)))
        assert [batch.input_ids.shape[1] for batch in batches] == sorted(batch.input_ids.shape[1] for batch in batches)

    def test_padding_is_on_the_right_and_masked(self, predictor: Predictor) -> None:
        for batch in predictor.batches(TEXTS, 4):
            assert ((batch.attention_mask == 1) | (batch.input_ids == predictor.pad_id)).all()
            assert (np.diff(batch.attention_mask, axis=1) <= 0).all()


def test_a_reference_to_other_files_is_refused(exported: ExportRef) -> None:
    wrong: ArtifactRef = exported.int8.model_copy(update={"path": exported.fp32.path})
    with pytest.raises(ModelError, match="has digest"):
        Predictor.of(wrong)
