"""Issuing: numbers and names as they could have been issued, right down to the check digit, and nobody's."""

from __future__ import annotations

from random import Random

from daybreak.data.personal.checksums import RESIDENT_CHECKS, RESIDENT_WEIGHTS, S10_WEIGHTS, luhn

COUNTIES = ("110101", "310104", "440305", "510107", "330106", "420111", "610113", "230102", "370202", "650104")
CARDS = (("622202", 19), ("621700", 19), ("62258", 16), ("4392", 16), ("5187", 16), ("411111", 16), ("5500", 16))
AREAS = ("010", "021", "0755", "028", "0571", "027", "0451", "0991")
MAIL = ("qq.com", "163.com", "example.cn", "gmail.com", "mail.example.co.uk", "uni-example.de")
NICKS = (
    "xiaoming",
    "lily",
    "wang.fang",
    "zhang_wei",
    "sunshine",
    "tom-chen",
    "blue.sky",
    "mary_k",
    "happyday",
    "kevin",
)
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "建国",
    "志强",
    "晓燕",
    "海燕",
)
FAMILY = ("王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "欧阳", "诸葛", "司马")
FIRST = ("James", "Mary", "Robert", "Linda", "Michael", "Susan", "David", "Karen", "Thomas", "Nancy", "Emma", "Liam")
LAST = ("Smith", "Johnson", "Brown", "Taylor", "Miller", "Wilson", "Moore", "Clark", "Lewis", "Walker", "O'Neill")
ROADS = ("中山路", "人民东路", "建设大街", "解放北路", "长江道", "和平里", "学府路", "文化巷")
STREETS = ("Main Street", "Oak Avenue", "Church Road", "Maple Drive", "Park Lane", "Station Road", "High Street")


def digits(chance: Random, count: int, first: str = "0123456789") -> str:
    """So many digits, the first one out of a choice."""
    return chance.choice(first) + "".join(chance.choice("0123456789") for _ in range(count - 1))


def resident_id(chance: Random) -> str:
    """GB 11643, with its check character."""
    birthday = f"{chance.randrange(1950, 2012)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    body = chance.choice(COUNTIES) + birthday + digits(chance, 3)
    check = RESIDENT_CHECKS[sum(w * int(d) for w, d in zip(RESIDENT_WEIGHTS, body, strict=True)) % 11]
    return body + (check.lower() if chance.random() < 0.5 else check)


def social_security_number(chance: Random) -> str:
    """United States; the areas end at 899."""
    area = chance.choice((chance.randrange(1, 666), chance.randrange(667, 900)))
    return f"{area:03}-{chance.randrange(1, 100):02}-{chance.randrange(1, 10_000):04}"


def bank_card(chance: Random) -> str:
    """An issuer's prefix and length with Luhn's check digit, at times in groups of four."""
    prefix, length = chance.choice(CARDS)
    body = prefix + digits(chance, length - len(prefix) - 1)
    number = next(body + check for check in "0123456789" if luhn(body + check))
    gap = chance.choice(("", "", " ", "-"))
    return gap.join(number[place : place + 4] for place in range(0, length, 4))


def mobile(chance: Random) -> str:
    """Mainland China."""
    number = "1" + chance.choice("3456789") + digits(chance, 9)
    gap = chance.choice(("", "", "", " ", "-"))
    return chance.choice(("", "", "+86 ", "+86", "86-")) + gap.join((number[:3], number[3:7], number[7:]))


def western_mobile(chance: Random) -> str:
    """United Kingdom, Germany, France, United States, with or without the country."""
    forms = ("07{} {} {}", "+44 7{} {}{}", "+49 151{} {}{}", "+33 6 {} {} {}", "+1 415 {} {}{}")
    return chance.choice(forms).format(digits(chance, 3), digits(chance, 3, "23456789"), digits(chance, 3))


def landline(chance: Random) -> str:
    """Mainland China: area, and seven or eight digits."""
    area = chance.choice(AREAS)
    number = digits(chance, 8 if len(area) == 3 else chance.choice((7, 8)), "2345678")
    return chance.choice((f"{area}-{number}", f"{area}{number}", f"({area}){number}", f"{area} {number}"))


def western_landline(chance: Random) -> str:
    """North America, and London."""
    area, exchange, line = digits(chance, 3, "23456789"), digits(chance, 3, "23456789"), digits(chance, 4)
    forms = (
        f"({area}) {exchange}-{line}",
        f"{area}-{exchange}-{line}",
        f"{area}.{exchange}.{line}",
        f"020 {line} {digits(chance, 4)}",
    )
    return chance.choice(forms)


def email(chance: Random) -> str:
    """A nick, a number, a domain."""
    return f"{chance.choice(NICKS)}{chance.choice(('', digits(chance, 3)))}@{chance.choice(MAIL)}"


def ip(chance: Random) -> str:
    """IPv4, now and then IPv6."""
    if chance.random() < 0.2:
        return "2001:db8:" + ":".join(f"{chance.randrange(1, 0xFFFF):x}" for _ in range(6))
    return ".".join(str(chance.randrange(low, 256)) for low in (11, 0, 0, 1))


def coordinates(chance: Random) -> str:
    """Latitude and longitude in decimal degrees."""
    north, east = chance.uniform(3, 53), chance.uniform(74, 135)
    forms = ("{:.5f},{:.5f}", "{:.6f}, {:.6f}", "{:.4f}°N, {:.4f}°E")
    return chance.choice(forms).format(north, east)


def wechat(chance: Random) -> str:
    """Six to twenty letters, digits and underscores."""
    return f"{chance.choice(('wxid_', 'xiaoli', 'abc_', 'lucky', 'tangtang'))}{digits(chance, chance.randrange(3, 8))}"


def qq(chance: Random) -> str:
    """Six to ten digits."""
    return digits(chance, chance.randrange(6, 11), "123456789")


def user(chance: Random) -> str:
    """A number, or a name with one."""
    return chance.choice(("", "u", "vip_", "tb")) + digits(chance, chance.randrange(5, 10), "123456789")


def order(chance: Random) -> str:
    """A number that often begins with a date."""
    return chance.choice(
        (
            f"2023{digits(chance, 14, '01')}",
            digits(chance, chance.randrange(8, 19), "123456789"),
            f"{digits(chance, 3)}-{digits(chance, 7)}-{digits(chance, 7)}",
        )
    )


def waybill(chance: Random) -> str:
    """Of a Chinese carrier, of UPS, or of a postal service with its check digit."""
    if chance.random() < 0.3:
        body = digits(chance, 8)
        check = 11 - sum(w * int(d) for w, d in zip(S10_WEIGHTS, body, strict=True)) % 11
        last = {10: 0, 11: 5}.get(check, check)
        return f"{chance.choice(('EA', 'RR', 'LX'))}{body}{last}{chance.choice(('CN', 'GB', 'US'))}"
    forms = (f"SF{digits(chance, 13)}", f"YT{digits(chance, 14)}", f"JD{digits(chance, 13)}", f"1Z{digits(chance, 16)}")
    return chance.choice(forms)


def chinese_name(chance: Random) -> str:
    """Family name first."""
    return chance.choice(FAMILY) + chance.choice(GIVEN)


def western_name(chance: Random) -> str:
    """Given name first."""
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def chinese_address(chance: Random) -> str:
    """Street and number, at times with city and district."""
    city = chance.choice(("", "杭州市西湖区", "北京市朝阳区", "四川省成都市武侯区"))
    return f"{city}{chance.choice(ROADS)}{chance.randrange(1, 900)}号{chance.choice(('', '3栋502室', '2单元801'))}"


def western_address(chance: Random) -> str:
    """Number and street, at times with a city."""
    return f"{chance.randrange(1, 990)} {chance.choice(STREETS)}{chance.choice(('', ', Springfield', ', Apt 4B'))}"
