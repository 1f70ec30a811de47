"""Fragments that nobody wrote as text: web addresses, boilerplate of shops and apps, left-over code, advertising."""

import re
from functools import cache

URL = (
    r"(?<![A-Za-z0-9@])(?:(?:https?|ftp)://|www\.)(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}(?::\d{1,5})?"
    r"(?:[/?#][\w\-./?%&=#~+:@!*,;$]*[\w/=#-])?/?"
)
URL_MARK = "[url]"

# Words that a shop, an app or a mail program put there. A text that is nothing else is refused.
BOILERPLATE = r"""
      [(\[【]?(?:此|该)用户(?:没有|未)(?:填写|及时|作出|做出)(?:任何)?(?:文字)?(?:评价|评论|点评)(?:内容)?
      ,?(?:系统默认好评)?[!。)\]】]?
    | [(\[【]?(?:评价方未及时做出评价[，,]?)?系统默认好评[!！。)\]】]?
    | [(\[【]?默认好评[)\]】] | ^默认好评[!！。]?$
    | (?:展开|收起|查看|阅读|点击查看)(?:全文|全部)\s*[>»›]*$
    | 转发微博[。.]?$ | ^(?:转发微博|轉發微博)$
    | (?:发自|來自|来自)(?:我的)?\s?(?:iPhone|iPad|手机|安卓|微博)?\s?(?:客户端|手机客户端|iPhone客户端|iPhone|iPad)$
    | [(\[【](?:图片|视频|语音|表情|链接已失效)[)\]】]
    | sent\ from\ my\ (?:iphone|ipad|android|samsung|mobile|phone)(?:\ \w{1,12})?\.?$
    | \[?this\ review\ was\ collected\ as\ part\ of\ a\ promotion\.?\]?
    | (?:read|see|show)\ (?:more|less)\s*[>»›.…]*$
    | (?:©|\(c\)|copyright)\s?\d{4}[^.。]{0,60}all\ rights\ reserved\.?
    | the\ user\ (?:did\ not|has\ not)\ (?:leave|left|write|written)\ (?:a|any)\ (?:comment|review)\.?
    """
HINTS = (  # words of which each phrase has one: looking for a dozen words costs less than one search for any of them
    *(
        "默认好评",
        "用户没有",
        "用户未",
        "全文",
        "全部",
        "转发微博",
        "轉發微博",
        "发自",
        "来自",
        "來自",
        "图片",
        "视频",
        "语音",
    ),
    *("表情", "链接已", "sent from", "Sent from", "promotion", "read ", "Read ", "see ", "See ", "show ", "Show "),
    *("ll rights", "LL RIGHTS", "the user ", "The user "),
)

# Left over of pages and scripts; code that people talk about is in fences, which conversations keep.
CODE = r"""
      ```.*?```
    | (?:\bfunction\b\s*\w*\s*\([^(){}]{0,200}\)\s*\{[^{}]{0,2000}\})[;)]*
    | \b(?:var|let|const)\s+[\w$]+\s*=\s*[^;{}]{1,300};
    | \b(?:document|window|console|jQuery)\.\w+(?:\.\w+)*\s*(?:\([^()]{0,300}\)|=\s*[^;]{1,300})\s*;
    | (?<![\w.\#-])[.\#]?[\w-]+(?:[\s,>]+[.\#]?[\w-]+){0,4}\s*\{\s*(?:[a-z-]{2,40}\s*:\s*[^;{}]{1,120};\s*)+\}
    | <\?php(?:(?!<\?php).)*?\?>
    """

ASSIGNED = re.compile(r"(?:var|let|const|document|window|console|jQuery)[\s.]")

# One of each group may stand in honest praise; several together sell something.
ADVERTISING = (
    r"加(?:我|好友|群|v|微信|威信|薇信|qq|扣扣)|私聊我|私信我|add me on|whatsapp me|text me at|dm me\b",
    r"(?:vx|wx|微信号?|薇信|威信|v信|qq群?|扣扣|telegram|whatsapp)\s?:?\s?[a-z0-9_-]{5,}",
    r"点击(?:链接|下方|领取|进入)|戳(?:链接|这里)|扫码|淘宝店铺|复制(?:这段|此)|click (?:here|the link|below)|"
    r"visit (?:our|my) (?:site|website|shop|store)",
    r"优惠券|免费领|领取红包|红包封面|限时(?:抢购|特价|优惠)|特价(?:促销|批发)|(?:coupon|promo) code|"
    r"limited[- ]time offer|free (?:trial|gift|shipping)|(?:best|lowest) price",
    r"代开发票|刷单|兼职|日结|日赚|月入\s?\d*过?万|返利|招代理|诚招|一件代发|厂家直销|"
    r"make money|work from home|earn \$?\d+|cash prize|payday loan|buy followers",
    r"贷款|秒到账|信用卡套现|无抵押|彩票|博彩|赌场|百家乐|时时彩|casino|viagra|cialis|lottery|forex|crypto giveaway",
    r"咨询(?:电话|热线|微信)|联系(?:电话|方式|客服微信)|热线\s?:|"
    r"(?:call|order|buy|act|subscribe)(?: us)? now|sign up (?:now|today)",
    r"\[url\]|https?://|www\.",
)
compiled = cache(re.compile)  # when first needed: importing the house stays quick
CONTACTS = (
    *(
        "加",
        "私",
        "信",
        "vx",
        "wx",
        "qq",
        "扣",
        "telegram",
        "whatsapp",
        " me ",
        "点击",
        "戳",
        "扫码",
        "复制",
        "淘宝",
        "click",
    ),
    *("visit", "url]", "://", "www", "咨询", "联系", "热线", "call", "now"),
)


def mark_urls(text: str, mark: str = URL_MARK) -> str:
    """Web addresses replaced by a mark, or by nothing."""
    if "://" not in text and "www." not in text and "WWW." not in text:
        return text
    return compiled(URL, re.I | re.A).sub(mark, text)


def without_boilerplate(text: str) -> str:
    """The text without phrases of shops, apps and mail programs."""
    return compiled(BOILERPLATE, re.I | re.X).sub(" ", text).strip() if _has(HINTS, text) else text


def without_code(text: str) -> str:
    """The text without left-over scripts and style sheets."""
    likely = "{" in text or "```" in text or "<?" in text or (";" in text and ASSIGNED.search(text))
    return compiled(CODE, re.S | re.X | re.A).sub(" ", text) if likely else text


def advertising(text: str) -> int:
    """How many of the groups of words that sell something a text has: 0 to 8; 0 where it says nowhere to turn to."""
    lowered = text.lower()
    if not _has(CONTACTS, lowered):
        return 0
    return sum(compiled(pattern).search(lowered) is not None for pattern in ADVERTISING)


def _has(words: tuple[str, ...], text: str) -> bool:
    for word in words:  # noqa: SIM110 - a generator would take twice as long
        if word in text:
            return True
    return False
