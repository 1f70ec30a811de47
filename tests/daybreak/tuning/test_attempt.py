"""What a trial does, without Ray: the same point scores the same, wherever and whenever it is tried."""

from collections.abc import Callable

import numpy as np

from daybreak.training import fitting
from daybreak.training.feeding.tokens import Tokens
from daybreak.tuning.attempt import Desk, sample
from daybreak.tuning.request import Request

MakeRequest = Callable[..., Request]


def _subject(zeros: int, ones: int) -> fitting.Subject:
    targets = np.array([0] * zeros + [1] * ones)
    rows = len(targets)
    names, each = np.array([str(row) for row in range(rows)]), np.arange(rows + 1)
    tokens = Tokens(np.zeros(rows, np.int32), each, targets.astype(np.int32), each, names, np.zeros(rows, np.int32))
    return fitting.Subject(tokens, np.arange(rows), 0)


def test_a_draw_is_stratified_and_follows_its_seed() -> None:
    subject = _subject(900, 100)
    drawn = sample(subject, 0.3, 17)
    assert np.bincount(subject.tokens.targets[drawn.rows]).tolist() == [270, 30]
    assert (np.diff(drawn.rows) > 0).all()
    assert np.array_equal(drawn.rows, sample(subject, 0.3, 17).rows)
    assert not np.array_equal(drawn.rows, sample(subject, 0.3, 18).rows)


def test_a_rare_class_is_never_left_out() -> None:
    subject = _subject(100, 1)
    assert 100 in sample(subject, 0.1, 17).rows
    assert len(sample(subject, 1.0, 17).rows) == 101


def test_the_same_point_scores_the_same_after_another_and_at_another_desk(make_request: MakeRequest) -> None:
    point = {"learning_rate": 5e-3, "dropout": 0.2}
    desk = Desk(make_request())
    first = desk.begin(point)
    scores = [first.advance(epochs) for epochs in (0.5, 1.0)]
    desk.begin({"learning_rate": 1e-3, "dropout": 0.1}).advance(0.5)
    assert [desk.begin(point).advance(1.0)] == scores[1:]
    assert Desk(make_request()).begin(point).advance(1.0) == scores[1]


def test_scores_at_the_rungs_and_ends_where_training_ends(make_request: MakeRequest) -> None:
    attempt = Desk(make_request()).begin({})
    assert all(0 <= attempt.advance(epochs) <= 1 for epochs in (0.01, 0.5, 1.0))
    assert attempt.advance(5.0) == attempt.advance(1.0)


def test_another_length_is_tokenised_anew(make_request: MakeRequest) -> None:
    desk = Desk(make_request())
    desk.begin({"max_length": 8})
    desk.begin({"max_length": 16})
    assert [ready.learned.lengths.max() for ready in desk._ready.values()] == [8, 16]


def test_no_more_bases_stay_in_memory_than_a_worker_can_bear(make_request: MakeRequest) -> None:
    desk = Desk(make_request())
    for length in (8, 16, 32, 16):
        desk.begin({"max_length": length})
    assert [ready.learned.lengths.max() for ready in desk._ready.values()] == [16, 32]


def test_a_point_may_name_another_model(make_request: MakeRequest) -> None:
    wide = Desk(make_request()).begin({"model.config.hidden_size": 48, "model.config.num_attention_heads": 3})
    assert wide.fitting.network.encoder.config.hidden_size == 48  # type: ignore[union-attr]
    assert 0 <= wide.advance(0.5) <= 1


def test_scores_by_any_metric_that_is_measured(make_request: MakeRequest) -> None:
    loss = Desk(make_request().model_copy(update={"metric": "loss"})).begin({})
    assert loss.advance(0.5) > loss.advance(1.0) > 0
