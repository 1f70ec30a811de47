"""Names and addresses: by the words around them, by their shape, and Chinese names by jieba's tagger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

Span = tuple[int, int]

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯"
CHINESE_NAME = rf"(?:(?:{COMPOUND})[\u4e00-\u9fff]{{1,2}}?|[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
AFTER = r"(?=$|[^\u4e00-\u9fff]|先生|女士|小姐|同学|老师|经理|医生|师傅|收|的|,|，|是|和|住|在|电话|手机|身份证|已|请)"
CONTEXT = (
    r"(?:姓名|名字|收件人|收货人|联系人|寄件人|客户|患者|持卡人|户主|经办人|总经理|本人|我叫|我是|名叫|叫做)"
    rf"(?:是|为|叫|[:：])?\s?({CHINESE_NAME}){AFTER}"
)
TITLED = (
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? ([A-Z][a-z]+(?:[ -][A-Z][a-z]+){0,2})|(?:[Mm]y name is|[Nn]ame:|"
    r"[Rr]ecipient:|[Cc]ontact:|[Ss]igned,|[Cc]ustomer:|[Pp]atient:|[Cc]ardholder:|[Ii] am called|[Tt]his is) "
    r"([A-Z][a-z]+(?: [A-Z]\.?)?(?:[ -][A-Z]['’]?[A-Za-z]+){1,2})"
)
CHINESE_ADDRESS = (
    r"(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,8}?市)?(?:[\u4e00-\u9fff]{1,8}?(?:区|县|镇|乡))?"
    r"[\u4e00-\u9fff]{1,10}?(?:路|街|道|巷|弄|里|胡同|村)\s?\d{1,5}\s?(?:号|弄)(?:院)?"
    r"(?:[\u4e00-\u9fff]{0,10}?\d{0,4}\s?(?:号楼|栋|幢|座|单元|楼|层|室|号|户)){0,4}(?:\d{2,4}室?)?"
    r"|[\u4e00-\u9fff]{2,12}?(?:小区|花园|公寓|新村|家园|苑)\d{1,4}(?:号楼|栋|幢|座)(?:\d{1,3}单元)?(?:\d{2,4}室?)?"
)
WESTERN_ADDRESS = (
    r"(?<![\d.,$€£-])\d{1,5}[A-Za-z]? (?:(?:North|South|East|West|[NSEW]\.?) )?(?:[A-Z][A-Za-z'’]+ ){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Terrace|Way|Place|Pl|"
    r"Crescent|Close)(?![a-z])\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|#)\.? ?\w{1,5})?"
    r"(?:, [A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)?(?:,? [A-Z]{2} \d{5}(?:-\d{4})?)?"
)
ORDINARY = frozenset(  # what jieba most often takes for a name in the sample and is none
    re.findall(
        r"\w+",
        "陈旧 毛巾 顾客 高清 胡同 金陵 万豪 段时间 莫泰 白领 唐山 戴尔 白痴 韩式 龙虾 毛发 "
        "雷同 高峰 胡萝卜 黄金周 金钟 石家庄 付现金 金士顿 姜汤 熊掌 白鹭洲 马虎 王朝 杜绝 史实 "
        "王子 汤汁 张家界 陈设 高雅 高明 钟点房 周折 田园 高中生 宋词 唐诗 汤圆 方正 钟爱 林立 "
        "马赛克 汤勺 陶醉 高尔夫 高亮 高升 雷达 高昂 陈列 钱财 张扬 陈年 任凭 武林 张贴 高超 "
        "白话文 金刚 武侠 马甲 高潮 周全 范畴 高喊 叶子 孙子 夏利 黄牛 孔雀 高水平 汤水 白羊座 "
        "徐家汇 金山",
    )
)
HAN_NUMBER = re.compile(r"[\u4e00-\u9fff]\s?\d")
LONGEST_NAME = 4
compiled = cache(re.compile)  # when first needed: importing the house stays quick


def addresses(text: str) -> Iterator[Span]:
    """Street, number and what stands around them."""
    if HAN_NUMBER.search(text):
        yield from (match.span() for match in compiled(CHINESE_ADDRESS).finditer(text))
    yield from (match.span() for match in compiled(WESTERN_ADDRESS).finditer(text))


def names(text: str, *, tagger: bool = True) -> Iterator[Span]:
    """Names of people: said to be names by the words before them, or, with the tagger, taken for such by jieba."""
    yield from (match.span(1) for match in compiled(CONTEXT).finditer(text))
    yield from (match.span(match.lastindex or 0) for match in compiled(TITLED).finditer(text))
    if tagger and not text.isascii():
        yield from _tagged(text)


def _tagged(text: str) -> Iterator[Span]:
    """Words of two to four Chinese characters that begin with a frequent surname and that jieba takes for a name."""
    place = 0
    for word, flag in _tagger().cut(text):
        end = place + len(word)
        named = (word[0] in SURNAMES or word[:2] in COMPOUND.split("|")) and word not in ORDINARY
        if flag == "nr" and named and word[0] != word[1:2] and 2 <= len(word) <= LONGEST_NAME:
            yield place, end
        place = end


@cache
def _tagger() -> Any:
    """jieba's tagger with its dictionary read anew: a cache in the shared temporary folder is not to be trusted."""
    import jieba.posseg

    words = jieba.Tokenizer()
    words.FREQ, words.total = words.gen_pfdict(words.get_dict_file())
    words.initialized = True
    return jieba.posseg.POSTokenizer(words)
