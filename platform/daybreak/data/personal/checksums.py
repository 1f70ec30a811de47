"""Checksums and ranges that tell a number that was issued from one that merely looks like it."""

from __future__ import annotations

import ipaddress
import re
from datetime import date

PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71)
)
REGIONS = frozenset((81, 82, 83, 91))  # Hong Kong, Macao, Taiwan residents' permits; foreigners' permits
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
FOUR_MIXED = re.compile(r"(?=\d*[a-f])(?=[a-f]*\d)[\da-f]{4}", re.I | re.A)
ISSUERS = re.compile(  # ISO/IEC 7812 prefixes with the lengths that are in use
    r"4\d{12}|4\d{15}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01]|720)\d{12,13}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|35\d{14}|6\d{15,18}|9\d{15,18}|[45]\d{16,18}"
)


def is_resident_id(number: str) -> bool:
    """GB 11643-1999: 17 digits (province, birthday, serial) and a check character by ISO 7064 MOD 11-2."""
    digits = re.sub(r"[\s-]", "", number).upper()
    if int(digits[:2]) not in PROVINCES | REGIONS or not _is_birthday(digits[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(RESIDENT_WEIGHTS, digits[:17], strict=True))
    return RESIDENT_CHECKS[total % 11] == digits[17]


def is_old_resident_id(number: str) -> bool:
    """Fifteen digits as issued until 1999: province, birthday with two digits of the year, no check digit."""
    return int(number[:2]) in PROVINCES and _is_birthday("19" + number[6:12])


def is_social_security_number(number: str) -> bool:
    """United States: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA, 2011)."""
    area, group, serial = re.split(r"\D", number)
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def is_bank_card(number: str) -> bool:
    """An issuer's prefix and length (ISO/IEC 7812), and Luhn's check digit."""
    digits = re.sub(r"\D", "", number)
    return len(set(digits)) > 1 and ISSUERS.fullmatch(digits) is not None and luhn(digits)


def luhn(digits: str) -> bool:
    """Every second digit from the right doubled, digits summed: a multiple of ten (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def is_iban(number: str) -> bool:
    """ISO 13616: moved to the end and written as numbers, the first four characters leave 1 modulo 97."""
    signs = re.sub(r"\s", "", number).upper()
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def is_postal_item(number: str) -> bool:
    """UPU S10: two letters, eight digits, a check digit modulo 11, a country."""
    total = sum(weight * int(digit) for weight, digit in zip(S10_WEIGHTS, number[2:10], strict=True))
    check = 11 - total % 11
    return {10: 0, 11: 5}.get(check, check) == int(number[10])


def is_ipv4(number: str) -> bool:
    """Four numbers up to 255 that are no version and no section number: those count from one, digit by digit."""
    octets = number.split(".")
    plain = all(octet == str(int(octet)) and int(octet) <= 255 for octet in octets)
    return plain and octets[0] != "0" and any(len(octet) > 1 for octet in octets)


def is_ipv6(number: str) -> bool:
    """An address with at least three written groups, or one of four letters and digits: no time of day, no C++ name."""
    try:
        ipaddress.IPv6Address(number)
    except ValueError:
        return False
    written = [group for group in number.split(":") if group]
    return len(written) >= 3 or any(FOUR_MIXED.fullmatch(group) for group in written)


def is_place(pair: str) -> bool:
    """Latitude and longitude in degrees, in either order."""
    first, second = (abs(float(number)) for number in re.findall(r"-?\d+\.\d+", pair)[:2])
    return (first <= 90 and second <= 180) or (first <= 180 and second <= 90)


def _is_birthday(digits: str) -> bool:
    try:
        return date(1900, 1, 1) <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= date(2099, 12, 31)
    except ValueError:
        return False
