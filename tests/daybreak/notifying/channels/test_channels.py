"""A channel is a file in its folder."""

from daybreak.notifying import channels


def test_every_channel_is_found_by_its_place() -> None:
    assert list(channels.discover()) == ["dingtalk", "email", "feishu", "slack", "webhook", "wecom"]
    assert all(hasattr(each.CHANNEL, "send") for each in channels.discover().values())
