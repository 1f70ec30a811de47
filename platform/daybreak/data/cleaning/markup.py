"""Markup: HTML elements, comments and entities of web pages become the text that a reader saw."""

import html
import re

# Only names that HTML knows are tags: "a <b and c> d", "<3" and "<书名>" are text.
BLOCKS = (
    "address|article|aside|blockquote|body|br|center|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head|header|hr|"
    "html|iframe|input|li|link|main|meta|nav|object|ol|option|p|pre|section|select|table|tbody|td|textarea|tfoot|th|"
    "thead|title|tr|ul|video"
)
SPANS = (
    "a|abbr|acronym|audio|b|big|button|cite|code|del|em|embed|font|i|img|ins|kbd|label|mark|o:p|q|s|samp|small|source|"
    "span|strike|strong|sub|sup|svg|time|tt|u|var|wbr"
)
ATTRIBUTES = r"""(?:\s+[^\s<>"'=]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s<>"']+))?)*\s*/?"""
# An opening never looks past the next one: many that are never closed would otherwise each read to the end.
HIDDEN = re.compile(
    r"<(script|style|noscript)\b[^<>]*>(?:(?!<\1\b).)*?</\1\s*>|<!--(?:(?!<!--).)*?-->|<!doctype\b[^<>]*>|<\?xml\b[^<>]*>",
    re.I | re.S,
)
BLOCK = re.compile(rf"</?(?:{BLOCKS}){ATTRIBUTES}>", re.I)
SPAN = re.compile(rf"</?(?:{SPANS}){ATTRIBUTES}>", re.I)
ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def strip(text: str) -> str:
    """The text without tags, scripts and comments, entities resolved; a block element leaves a space."""
    if "&" in text:
        text = ENTITY.sub(lambda match: html.unescape(f"&{match[1]};"), text)
    if "<" not in text or ">" not in text:
        return text
    return SPAN.sub("", BLOCK.sub(" ", HIDDEN.sub(" ", text)))
