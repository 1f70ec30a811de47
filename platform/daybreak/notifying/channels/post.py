"""How a channel that is a web address is told something: one JSON body, laid out as its service asks."""

import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from daybreak.errors import NotDelivered
from daybreak.notifying.card import Card

TIMEOUT_SECONDS = 5.0
_ANSWER_BYTES = 4096
Layout = Callable[[Mapping[str, Any]], dict[str, Any]]


def _content(_answer: Any) -> str:
    return ""


@dataclass(frozen=True)
class Post:
    """A channel that takes JSON. `layout` makes the body of a card's fields, any of which it may use whole or within
    a text; `refusal` reads why from an answer with status 200 that is a refusal nevertheless ("" if it is none).
    """

    layout: Layout
    refusal: Callable[[Any], str] = _content

    def send(self, address: str, card: Card) -> None:
        """Post the card. Raises NotDelivered, which never tells the address."""
        body = json.dumps(self.layout(card.model_dump(mode="json")), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = fetch(address, body, headers)
        if reason := self.refusal(_parsed(answer)):
            raise NotDelivered(f"the service refused: {reason.replace(address, '…')}")

    def template(self) -> str:
        """The body as a Jinja template over the event that carries a card: what an automation of Prefect sends.

        A field that is a whole value keeps its type; one inside a text is put there as text.
        """
        marked = {name: f"<<{name}>>" for name in Card.model_fields}
        text = json.dumps(self.layout(marked), ensure_ascii=False, indent=2)
        whole = re.sub(r'"<<(\w+)>>"', r"{{ event.payload.\1 | tojson }}", text)
        return re.sub(r"<<(\w+)>>", r"{{ (event.payload.\1 | tojson)[1:-1] }}", whole)


def fetch(address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """GET the address, or POST a body to it. Raises NotDelivered for whatever is not an answer of success."""
    try:
        request = urllib.request.Request(address, data=body, headers=dict(headers or {}))  # noqa: S310 - http by setting
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: bytes = answer.read(_ANSWER_BYTES)
            return found
    except urllib.error.HTTPError as error:
        raise NotDelivered(f"the service answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise NotDelivered(f"the service was not reached: {_reason(error.reason)}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotDelivered(f"the service did not answer: {type(error).__name__}") from None


def _reason(reason: Any) -> str:
    return str(getattr(reason, "strerror", "") or type(reason).__name__) if isinstance(reason, OSError) else str(reason)


def _parsed(answer: bytes) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None
