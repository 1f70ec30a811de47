"""What the data report calls things, in Chinese and in English."""

STAGES = {"ingest": "读取 ingest", "clean": "清洗 clean", "dedupe": "去重 dedupe", "split": "切分 split"}
SPLITS = {"train": "训练 train", "validation": "验证 validation", "test": "测试 test"}
LOSSES = {
    "empty": "空行 empty",
    "repeats": "重复 repeats",
    "near": "近似重复 near-duplicates",
    "quarantined": "隔离 quarantined",
}
LANGUAGES = {
    "zh": "中文 Chinese",
    "en": "英文 English",
    "mixed": "中英混合 mixed",
    "ja": "日文 Japanese",
    "ko": "韩文 Korean",
    "other": "其他 other",
    "none": "没有文字 no letters",
}
COLUMNS = {
    "source": ("来源", "Source"),
    "language": ("语言", "Language"),
    "licence": ("许可", "Licence"),
}
RULES = {
    "no_label": ("没有标签", "there is no label"),
    "unknown_label": ("标签不在列表之中", "its label is not on the list"),
    "nul_byte": ("含有空字节", "a NUL byte in it"),
    "bad_date": ("日期无法读取", "its date cannot be read"),
    "bad_conversation": ("对话格式有误", "not a conversation"),
    "no_answer": ("对话没有答案", "a conversation without an answer"),
    "licence_denied": ("许可被列为拒绝", "its licence is denied"),
    "licence_not_allowed": ("许可不在允许之列", "its licence is not on the list of those allowed"),
    "licence_unknown": ("许可不明", "nobody says under which licence it is"),
    "empty_after_cleaning": ("清洗后没有剩下文字", "nothing was left after cleaning"),
    "unsettled": ("反复清洗仍不稳定", "cleaning it again changes it again"),
    "too_short": ("太短", "too short"),
    "too_long": ("太长", "too long"),
    "garbled": ("乱码", "garbled: a broken encoding"),
    "symbols": ("符号过多", "mostly symbols"),
    "repetition": ("反复重复同样的字句", "the same words over and over"),
    "advertising": ("广告", "advertising"),
    "boilerplate": ("网页套话", "boilerplate of a page"),
    "language": ("语言不在允许之列", "not in a language that is wanted"),
    "personal_data": ("含个人信息，按设置拒收", "holds personal data that the settings refuse"),
    "contradicting_labels": ("同一文本标签互相矛盾", "the same text stands under more than one label"),
    "bridges_splits": ("会把两个切分连在一起", "would join two splits"),
    "in_release_set": ("属于发布集", "belongs to the release set"),
    "near_release_set": ("与发布集近似重复", "a near-duplicate of the release set"),
    "undersampled": ("为平衡类别而放下", "set aside to balance the labels"),
}
KINDS = {
    "resident_id": "身份证号 resident id",
    "mobile": "手机号 mobile",
    "landline": "固定电话 landline",
    "bank_card": "银行卡 bank card",
    "email": "邮箱 e-mail",
    "ip": "IP 地址 IP address",
    "coordinates": "坐标 coordinates",
    "wechat": "微信 WeChat",
    "qq": "QQ",
    "user": "用户名 user name",
    "order": "订单号 order",
    "waybill": "运单号 waybill",
    "name": "姓名 name",
    "address": "地址 address",
}
ACTIONS = {
    "pseudonym": "换成化名 pseudonym",
    "mask": "遮盖 mask",
    "refuse": "拒收该行 refuse",
    "keep": "保留 keep",
}
OBLIGATIONS = {
    "share_alike": ("相同方式共享", "share alike"),
    "non_commercial": ("仅限非商业用途", "non-commercial use only"),
    "no_derivatives": ("禁止演绎", "no derivatives"),
}
