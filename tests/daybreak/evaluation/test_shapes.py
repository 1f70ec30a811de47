"""Every shape is there, with padding where a row has room for it."""

from daybreak.evaluation import shapes
from daybreak.evaluation.subject import Subject


def test_sizes_and_lengths_up_to_the_models_own(subject: Subject) -> None:
    found = list(shapes.batches(subject.predictor, subject.texts[:20]))
    longest = subject.predictor.max_length
    lengths = sorted({min(length, longest) for length in (1, 8, 127, 512)})
    times = {1: 8, 2: 8, 7: 5, 32: 1}
    assert [batch.input_ids.shape for batch in found] == [
        (size, length) for length in lengths for size in (1, 2, 7, 32) for _ in range(times[size])
    ]
    assert (found[0].input_ids != found[1].input_ids).any(), "rows go on where the last batch ended"
    for batch in found:
        size, length = batch.input_ids.shape
        assert batch.attention_mask[0].all()
        if size > 1:
            assert (batch.attention_mask[1] == 0).sum() == length // 3
        assert (batch.input_ids[batch.attention_mask == 0] == subject.predictor.pad_id).all()
