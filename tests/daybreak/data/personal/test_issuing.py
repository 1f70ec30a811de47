"""What is planted could have been issued, and is the same every time."""

from collections.abc import Callable
from random import Random

import pytest

from daybreak.data.personal import checksums, issuing

Issuer = Callable[[Random], str]


@pytest.mark.parametrize(
    ("issuer", "valid"),
    [
        (issuing.resident_id, checksums.is_resident_id),
        (issuing.social_security_number, checksums.is_social_security_number),
        (issuing.bank_card, checksums.is_bank_card),
    ],
)
def test_what_has_a_check_digit_has_the_right_one(issuer: Issuer, valid: Callable[[str], bool]) -> None:
    chance = Random(1)
    assert all(valid(issuer(chance)) for _ in range(300))


@pytest.mark.parametrize(
    "issuer",
    [
        issuing.mobile,
        issuing.western_mobile,
        issuing.landline,
        issuing.western_landline,
        issuing.email,
        issuing.ip,
        issuing.coordinates,
        issuing.wechat,
        issuing.qq,
        issuing.user,
        issuing.order,
        issuing.waybill,
        issuing.chinese_name,
        issuing.western_name,
        issuing.chinese_address,
        issuing.western_address,
    ],
)
def test_the_same_chance_issues_the_same(issuer: Issuer) -> None:
    first, again = ([issuer(chance) for _ in range(50)] for chance in (Random(3), Random(3)))
    assert first == again
    assert len(set(first)) > 10


def test_postal_items_have_their_check_digit() -> None:
    chance = Random(5)
    items = [item for item in (issuing.waybill(chance) for _ in range(200)) if item[:2] in {"EA", "RR", "LX"}]
    assert len(items) > 20
    assert all(checksums.is_postal_item(item) for item in items)
