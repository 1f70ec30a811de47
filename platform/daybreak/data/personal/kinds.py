"""Kinds of personal data: patterns that work beside Chinese characters, and what confirms a find.

`\\b` does not fall between a Chinese character and a Latin letter or digit, so every edge is a look-around on ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from daybreak.data.personal import checksums


@dataclass(frozen=True)
class Kind:
    """One pattern, tried where its sign is seen. Group `value`, if any, is the datum, the rest context that vouches.

    A match in which that group has no part is something else that looks alike, and is passed over.
    """

    name: str
    sign: str
    pattern: str
    confirm: Callable[[str], bool] | None = None

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.I | re.A)

    @cached_property
    def group(self) -> str | int:
        return "value" if "value" in self.compiled.groupindex else 0


OPENING, CLOSING = r"[\"'“”‘「『【〔\[({<]", r"[\"'”’」』】〕\])}>]"
IS = rf"{CLOSING}?\s?(?:是|为|叫|is|[:=#])?\s?:?\s?{OPENING}?\s?"  # between the word that names a datum and the datum
START, END = r"(?<![0-9])(?<![0-9][.-])", r"(?![0-9])(?![.-][0-9])"  # edges of a number: not inside a longer one
OPEN, CLOSE = r"(?<![a-z0-9])", r"(?![a-z0-9])"  # edges of a code of letters and digits
NUMBER = r"(?:编?号码?| ?(?:number|code|no\.?|id|reference))?"
NICK = r"(?!(?:we-?chat|wei?xin)(?![a-z0-9_-]))[a-z][a-z0-9_-]{5,19}(?![a-z0-9_-])"
TELLING_NICK = rf"(?=[a-z_-]*\d|[a-z]+_){NICK}"  # no word looks like this, so less context will do
# Any other word may be a nick as well, but only right after what says so.
ANY_NICK = rf"(?:(?<=[:=是为号])|(?<=[:=是为]\s)|(?<=id\s)|(?<=[:=是为号]{OPENING})|(?<=[:=是为]\s{OPENING})){NICK}"
EXTENSION = r"(?:\s?(?:-|转|分机|x|ext\.?)\s?\d{1,5})?"
CHINESE_AREA = r"0(?:10|2\d|[3-9]\d\d)"
SECONDS = r"(?:[秒\"″]|''|′′)"
ARC = rf"\d{{1,3}}(?:\.\d{{1,15}})?\s?[°度]\s?(?:\d{{1,2}}\s?['′分]\s?(?:\d{{1,2}}(?:\.\d+)?\s?{SECONDS}\s?)?)?"
DECIMAL = r"-?\d{1,3}\.\d{2,15}"
DATE = r"(?:19|20)\d\d-\d\d?-\d\d?(?![\d-])"


def _after(words: str, value: str) -> str:
    return rf"(?:{words}){IS}(?P<value>{value})"


def _word(words: str) -> str:
    return rf"(?<![a-z])(?:{words})"


VERSIONED = (
    _word(
        r"version|ver\.?|build|android|(?:mac|ipad|color|harmony|i)?os|windows|win|miui|emui|driver|firmware|bios|kernel|"
        r"chrome|chromium|firefox|safari|opera|(?:edge?|opr|[a-z]{3,6}webkit|micromessenger|qq)(?=/)|upgraded? to"
    )
    + "|版(?:本号?)?|安卓|鸿蒙|驱动(?:程序)?|固件|内核|补丁|微信|浏览器|升级?[到至成为]|更新[到至]"
)
# Four numbers of a release; networks at home and a machine's own address are none.
RELEASE = r"(?<![0-9.])(?!192\.168\.|172\.|127\.)\d{1,5}(?:\.\d{1,5}){3}(?![0-9]|\.[0-9])"
RELEASED = r"\s?(?:(?:正式|测试|稳定|最新|新|旧)?版|version|(?:升级?|更新)[到至])"
# Not inside a longer address; behind the colon of a word, also of one that ends in what could be digits to base 16.
BEFORE_IPV6 = (
    r"(?:(?<![0-9a-z:.])|(?<=[g-z])(?=\d)|(?<=[^0-9a-f:.]:)"
    + "".join(rf"|(?<=[g-z][a-f]{{{count}}}:)" for count in range(1, 5))
    + ")(?=::|[0-9a-f])"
)
# What goes on after an @ without naming anybody: "called the staff in vain", "everybody, come and see".
NOBODY = (
    "了(?!不)|过(?!客)|一下|[他她它你您谁]|我[们也都没不就]|所有人|全[体员]|大家(?!电)|各位|"
    "(?:客服|官方|商家|卖家|店家|老板|掌柜|店小二|平台|前台|管理员|群主|楼主)"
    r"(?:[\s:们也都没不就一半怎为还回帮快来]|人员|$)"
)

# In this order: what an earlier pattern took is not looked at by a later one.
KINDS = (
    Kind(
        "email",
        "mail",
        r"(?<![a-z0-9._%+-])[a-z0-9_%+-](?:[a-z0-9._%+-]{0,62}[a-z0-9_%+-])?"
        r"(?:\s?@\s?|\s?[\[(](?:at|艾特)[\])]\s?|\sat\s(?=[a-z0-9-]+\sdot\s))"
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.|\s?[\[(](?:dot|点)[\])]\s?|\sdot\s)){1,5}"
        r"[a-z]{2,18}(?![a-z0-9-])",
    ),
    Kind(
        "resident_id",
        "number",
        rf"(?<![0-9])[1-9]\d{{5}}[ -]?(?:19|20)\d\d[ -]?\d{{4}}[ -]?\d{{3}}[0-9x]{CLOSE}",
        checksums.is_resident_id,
    ),
    Kind(
        "resident_id",
        "number",
        _after(rf"(?:身份证|证件){NUMBER}", rf"[1-9]\d{{14}}{END}"),
        checksums.is_old_resident_id,
    ),
    Kind("resident_id", "number", _after(rf"(?:护照|通行证|passport){NUMBER}", rf"[a-z]{{1,2}}\d{{7,8}}{END}")),
    Kind("resident_id", "number", rf"{START}\d{{3}}([- ])\d\d\1\d{{4}}{END}", checksums.is_social_security_number),
    Kind("waybill", "number", rf"{OPEN}[a-z]{{2}}\d{{9}}[a-z]{{2}}{CLOSE}", checksums.is_postal_item),
    Kind(
        "waybill",
        "number",
        rf"{OPEN}(?:(?:SF|YT|JD[A-Z]{{0,2}}|ZTO|STO|DPK)\d{{9,16}}|1Z[0-9A-Z]{{16}}){CLOSE}",
    ),
    Kind(
        "bank_card",
        "number",
        rf"{OPEN}[a-z]{{2}}\d\d(?: ?[a-z0-9]{{4}}){{2,7}}(?: ?[a-z0-9]{{1,4}})?{CLOSE}",
        checksums.is_iban,
    ),
    Kind("bank_card", "number", rf"{START}\d{{4}}(?:[ -]?\d{{4}}){{3}}[ -]\d{{1,3}}{END}", checksums.is_bank_card),
    Kind("bank_card", "number", rf"{START}\d{{4}}(?:[ -]?\d{{4}}){{2}}[ -]?\d{{1,7}}{END}", checksums.is_bank_card),
    Kind("bank_card", "number", rf"{START}3\d{{3}}[ -]\d{{6}}[ -]\d{{4,5}}{END}", checksums.is_bank_card),
    Kind(
        "waybill",
        "number",
        _after(
            rf"(?:运单|快递单?|物流单?|包裹|面单|tracking|waybill|parcel){NUMBER}",
            rf"(?:\d{{4}}(?: \d{{4}}){{3,5}}(?: \d{{1,3}})?|[a-z]{{0,4}}\d[\da-z-]{{7,24}}){CLOSE}",
        ),
    ),
    Kind(
        "order",
        "number",
        _after(
            rf"(?:[订定]单|单(?=号)|流水|交易|发票|下单|invoice|order|transaction|booking){NUMBER}",
            rf"(?!{DATE})(?:[a-z]{{1,4}}-?)?\d[\d-]{{5,28}}\d{CLOSE}",
        ),
    ),
    Kind("order", "number", rf"{START}\d{{3}}-\d{{7}}-\d{{7}}{END}"),
    Kind("order", "number", rf"{START}\d{{7,20}}(?=\s?(?:是|为|这个|的)?(?:我的?)?[订定运]单)"),
    Kind(
        "mobile",
        "number",
        rf"{START}(?:\+|00)?(?:86[- ]?)?1[3-9]\d(?:([ .-]?)\d{{4}}\1\d{{4}}|([ -])\d{{3}}\2\d{{5}})(?![0-9]|\.[0-9])",
    ),
    Kind(
        "mobile",
        "number",
        r"(?<![0-9])\+(?!86)(?=[\d ().-]{9})[1-9]\d{0,2}[ .-]?(?:\(0?\d{1,4}\)[ .-]?)?"
        r"\d{1,4}(?:[ .-]?\d{2,4}){1,4}(?![0-9])",
    ),
    Kind("mobile", "number", rf"{START}07\d{{3}}[ -]?\d{{3}}[ -]?\d{{3}}{END}"),
    Kind(
        "landline",
        "number",
        r"(?<![0-9])(?:\+|00|\(\+)86\)?[ -]?(?:10|2\d|[3-9]\d\d)[ -]?[2-8]\d{2,3}[ -]?\d{4}(?![0-9])",
    ),
    Kind(
        "landline",
        "number",
        rf"{START}(?:\+?86[- ]?)?(?:{CHINESE_AREA}[- ]?|\({CHINESE_AREA}\)\s?)"
        rf"[2-8]\d{{2,3}}[ -]?\d{{4}}{EXTENSION}(?![0-9])",
    ),
    Kind(
        "landline",
        "number",
        rf"{START}(?:1[-. ])?(?:\([2-9]\d\d\)\s?|(?!400|800)[2-9]\d\d[-. ])"
        rf"[2-9]\d\d[-. ]\d{{4}}{EXTENSION}(?![0-9]|-[0-9])",
    ),
    Kind("landline", "number", rf"{START}0[12]\d{{1,3}}[ -]\d{{3,4}}[ -]\d{{3,4}}{END}"),
    Kind(
        "landline",
        "number",
        _after(
            _word(r"(?:tel|phone|call|fax|mobile|cell|dial|text)(?: me)?(?: (?:number|on|at|no\.?))?")
            + "|电话|座机|传真|固话",
            rf"(?:[2-9]\d{{6,9}}|[2-9]\d{{2,3}}-\d{{4}}){END}",
        ),
    ),
    Kind(
        "ip",
        "dotted",
        rf"(?:{VERSIONED})/?{IS}v?{RELEASE}|{RELEASE}(?={RELEASED})"
        r"|(?<![0-9.])(?<!v)(?P<value>(?:\d{1,3}\.){3}\d{1,3})(?![0-9]|\.[0-9])",
        checksums.is_ipv4,
    ),
    Kind(
        "ip",
        "dotted",
        rf"{BEFORE_IPV6}(?:[0-9a-f]{{0,4}}:){{2,7}}[0-9a-f]{{0,4}}(?![0-9a-z:])",
        checksums.is_ipv6,
    ),
    Kind(
        "coordinates",
        "degrees",
        r"(?<![0-9.])-?\d{1,3}\.\d{4,15}\s?[,;/ ]\s?-?\d{1,3}\.\d{4,15}(?![0-9])",
        checksums.is_place,
    ),
    Kind("coordinates", "degrees", rf"(?<![0-9.]){ARC}[NS北南][,;/ ]{{0,2}}{ARC}[EW东西]"),
    Kind(
        "coordinates",
        "degrees",
        rf"[北南]纬\s?(?:{ARC}|\d{{1,2}}\.\d+)[,、 ]{{0,2}}[东西]经\s?(?:{ARC}|\d{{1,3}}\.\d+)",
    ),
    Kind("coordinates", "degrees", rf"纬度?{IS}{DECIMAL}[度°]?[,;、 ]{{0,2}}[东西]?经度?{IS}{DECIMAL}"),
    Kind(
        "coordinates",
        "degrees",
        rf"(?<![a-z])lat(?:itude)?\s?[:=]?\s?{DECIMAL}[,;]?\s?(?:and\s)?(?:lon|lng|long)(?:gitude)?\s?[:=]?\s?{DECIMAL}",
    ),
    Kind(
        "qq",
        "number",
        _after(
            _word("qq|扣扣|企鹅|加群|群号|加q|q群") + "(?:群|号码?|空间| ?(?:id|number|group))?",
            rf"[1-9]\d{{4,10}}{CLOSE}",
        ),
    ),
    Kind("qq", "number", rf"{OPEN}(?P<value>[1-9]\d{{4,10}})\s?\(?(?:qq|扣扣){CLOSE}"),
    Kind(
        "wechat",
        "nick",
        rf"(?:微信|威信|薇信|v信|{_word('wei?xin|we-?chat')})(?:号码?| ?(?:id|account|number))?{IS}"
        rf"(?P<value>{ANY_NICK}|{TELLING_NICK})",
    ),
    Kind(
        "wechat",
        "nick",
        rf"(?:(?<![a-z0-9/._])(?:vx|wx)号?\s?[:是+]?|加[vw]\s?:?)\s?{OPENING}?"
        rf"(?!for-)(?P<value>{ANY_NICK}|{TELLING_NICK})",
    ),
    Kind(
        "user",
        "nick",
        _after(
            "用户(?:名|id|号|编号)|[账帐]号(?:id|名)?|会员(?:号|卡号|编号|id)|"
            + _word(
                r"uid|user(?:[ _-]?(?:id|name))|account(?: (?:id|number|no\.?|name))?|"
                r"member(?:ship)? (?:id|number|no\.?)|customer (?:id|number|no\.?)"
            ),
            r"(?=[a-z_-]*\d)[a-z0-9][a-z0-9_-]{4,31}(?![a-z0-9_-])",
        ),
    ),
    Kind(
        "user",
        "at",
        rf"@(?<![a-z0-9@._/$#%^&*!~+=-]@)(?!(?:all|everyone|here){CLOSE})"
        r"(?P<value>[a-z_][a-z0-9_]{2,29})(?![a-z0-9_@]|\.[a-z]|\()",
    ),
    Kind(
        "user",
        "at",
        rf"@(?<![a-z0-9@._/]@)(?!{NOBODY})(?P<value>[\u4e00-\u9fff][\u4e00-\u9fffa-z0-9_-]{{1,19}})(?=[\s:]|$)",
    ),
)
NAMES = tuple(dict.fromkeys(kind.name for kind in KINDS))

# Most texts show none of these signs and are done after a look for each: for plain words, in small letters, and then
# for a digit, which cost least.
WORDS = {
    "at": ("@",),
    "mail": ("[at", "(at", "艾特", " dot "),
    "degrees": ("°", "纬", "lat ", "lat:", "lat=", "lati"),
    "nick": (
        *("微信", "威信", "薇信", "v信", "weixin", "wexin", "wechat", "we-chat", "vx", "wx", "加v", "加w"),
        *("用户", "账号", "帐号", "会员", "uid", "user", "account", "member", "customer"),
    ),
}
HOST = re.compile(r"@\s?[a-z0-9-]{1,63}(?:\.|\s?[\[(](?:dot|点)|\sdot\s)", re.A)  # after an @, in small letters
DIGIT = re.compile(r"\d")
NUMBERS = {
    "number": re.compile(r"\d(?:\d{4}|[\d .()+-]{6})"),
    "dotted": re.compile(r"\d\.\d{1,3}\.\d|[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}:"),
    "degrees": re.compile(r"\d\.\d{4}"),
}


def signs(text: str) -> set[str]:
    """Which kinds of look are worth while."""
    lowered = text.lower()
    seen = set()
    for sign, words in WORDS.items():
        for word in words:
            if word in lowered:
                seen.add(sign)
                break
    if "at" in seen and HOST.search(lowered):
        seen.add("mail")
    if ":" in text or DIGIT.search(text):
        seen.update(sign for sign, pattern in NUMBERS.items() if pattern.search(text))
    return seen
