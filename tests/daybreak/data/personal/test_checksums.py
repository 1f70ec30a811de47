"""Check digits and ranges are those of the standards, by examples that were published."""

import pytest

from daybreak.data.personal import checksums


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "110105194912310 02x", "320311770706001"]
)
def test_resident_ids(number: str) -> None:
    wanted = {"11010519491231002X": True, "440524188001010014": False, "110105194912310 02x": True}
    if len(number) == 15:
        assert checksums.is_old_resident_id(number)
    else:
        assert checksums.is_resident_id(number) is wanted[number]


@pytest.mark.parametrize(
    "number", ["110105194912310021", "990105194912310029", "110105194913310029", "110105194902300021"]
)
def test_what_was_never_issued_is_no_resident_id(number: str) -> None:
    assert not checksums.is_resident_id(number)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("4111111111111111", True),
        ("5555 5555 5555 4444", True),
        ("378282246310005", True),
        ("3530-1113-3330-0000", True),
        ("6200000000000005", True),
        ("4222222222222", True),
        ("4111111111111112", False),
        ("0000000000000000", False),
        ("1609459200000", False),
        ("9787111054252", False),
    ],
)
def test_bank_cards(number: str, valid: bool) -> None:
    assert checksums.is_bank_card(number) is valid


@pytest.mark.parametrize(
    ("number", "valid"),
    [("GB82 WEST 1234 5698 7654 32", True), ("DE89370400440532013000", True), ("GB82 WEST 1234 5698 7654 33", False)],
)
def test_bank_accounts(number: str, valid: bool) -> None:
    assert checksums.is_iban(number) is valid


@pytest.mark.parametrize(
    ("number", "valid"), [("123-45-6789", True), ("000-12-3456", False), ("666-12-3456", False), ("900-12-3456", False),
                          ("123-00-6789", False), ("123-45-0000", False)]
)  # fmt: skip
def test_social_security_numbers(number: str, valid: bool) -> None:
    assert checksums.is_social_security_number(number) is valid


@pytest.mark.parametrize(
    ("number", "valid"), [("RR473124829GB", True), ("EE473124829FI", True), ("RR473124820GB", False)]
)
def test_postal_items(number: str, valid: bool) -> None:
    assert checksums.is_postal_item(number) is valid


@pytest.mark.parametrize(
    ("address", "valid"),
    [("192.168.0.1", True), ("1.2.3.4", False), ("256.1.1.1", False), ("10.0.19041.1", False), ("01.20.30.40", False)],
)
def test_addresses_of_version_4(address: str, valid: bool) -> None:
    assert checksums.is_ipv4(address) is valid


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        *(("2001:db8::ff00:42:8329", True), ("fe80::1", True), ("12:30:45", False)),
        *(("a::b", False), ("::1", False), ("dead::beef", False), ("2008::5", False)),
    ],
)
def test_addresses_of_version_6(address: str, valid: bool) -> None:
    assert checksums.is_ipv6(address) is valid


@pytest.mark.parametrize(
    ("pair", "valid"), [("39.9042,116.4074", True), ("116.4074,39.9042", True), ("99.1234,99.1234", False)]
)
def test_places(pair: str, valid: bool) -> None:
    assert checksums.is_place(pair) is valid
