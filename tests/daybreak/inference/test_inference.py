"""The room's front door."""

from daybreak import inference


def test_what_others_use_stands_at_the_door() -> None:
    assert all(hasattr(inference, name) for name in inference.__all__)
    assert inference.Predictor.__module__ == "daybreak.inference.predictor"
