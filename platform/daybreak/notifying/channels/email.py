"""E-mail, through Apprise: `mailtos://user:password@smtp.example.com?to=team@example.com`."""

import re
from urllib.parse import unquote

from daybreak.errors import NotDelivered
from daybreak.notifying.card import Card


class Email:
    """A channel that no automation of Prefect can serve: none of its blocks speaks SMTP."""

    def send(self, address: str, card: Card) -> None:
        """Mail the card as plain text. Raises NotDelivered, which never tells the address."""
        import logging

        import apprise

        post = apprise.Apprise()
        if not post.add(address):
            remedy = "Compare it with docs/notifications.md"
            raise NotDelivered("DAYBREAK_NOTIFY_EMAIL is no mail address", "mailtos://user:password@host?to=…", remedy)
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:  # type: ignore[no-untyped-call]
            if not post.notify(title=card.subject, body=card.body, body_format=apprise.NotifyFormat.TEXT):
                last = (said.getvalue().strip().splitlines() or ["no reason was given"])[-1]
                raise NotDelivered(f"the mail was not taken: {_masked(last, address)}")


def _masked(text: str, address: str) -> str:
    """The text without any password or key that the address holds."""
    for part in re.split(r"[:/?&=@#]+", address.partition("://")[2]):
        for secret in {part, unquote(part)}:
            if len(secret) > 3:
                text = text.replace(secret, "…")
    return text


CHANNEL = Email()
