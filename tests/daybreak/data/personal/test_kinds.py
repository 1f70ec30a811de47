"""Each kind is found beside Chinese characters, Latin letters and punctuation, and not inside something else."""

import time

import pytest

from daybreak.data.personal import replacing
from daybreak.data.personal.kinds import KINDS, NAMES, signs


def found(text: str) -> list[tuple[str, str]]:
    return [(datum.kind, datum.value) for datum in replacing.find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("邮箱zhangsan@example.cn谢谢", "email", "zhangsan@example.cn"),
        ("john.doe [at] example [dot] com", "email", "john.doe [at] example [dot] com"),
        ("write to john at gmail dot com", "email", "john at gmail dot com"),
        ("银行卡4111111111111111请", "bank_card", "4111111111111111"),
        ("卡号6222 0233 0369 2843 456被锁", "bank_card", "6222 0233 0369 2843 456"),
        ("my card 3782 822463 10005.", "bank_card", "3782 822463 10005"),
        ("IBAN DE89 3704 0044 0532 0130 00", "bank_card", "DE89 3704 0044 0532 0130 00"),
        ("身份证11010519491231002X丢了", "resident_id", "11010519491231002X"),
        ("身份证:110105 19491231 002x", "resident_id", "110105 19491231 002x"),
        ("旧身份证号130503670401001丢了", "resident_id", "130503670401001"),
        ("passport no. E12345678", "resident_id", "E12345678"),
        ("SSN:123-45-6789", "resident_id", "123-45-6789"),
        ("打13800138000找我", "mobile", "13800138000"),
        ("电话+86-138-0013-8000", "mobile", "+86-138-0013-8000"),
        ("138 001 38000", "mobile", "138 001 38000"),
        ("ring +44 7700 900123 now", "mobile", "+44 7700 900123"),
        ("07700 900123", "mobile", "07700 900123"),
        ("总机010-62345678转8001", "landline", "010-62345678转8001"),
        ("请致电(021)62345678", "landline", "(021)62345678"),
        ("+86 10 6234 5678", "landline", "+86 10 6234 5678"),
        ("(415) 555-2671", "landline", "(415) 555-2671"),
        ("call 2125550147 now", "landline", "2125550147"),
        ("电话:62345678", "landline", "62345678"),
        ("来自192.168.1.100的", "ip", "192.168.1.100"),
        ("从2001:db8::ff00:42:8329登录", "ip", "2001:db8::ff00:42:8329"),
        ("定位39.9042,116.4074附近", "coordinates", "39.9042,116.4074"),
        ("北纬39°54′15″东经116°24′27″", "coordinates", "北纬39°54′15″东经116°24′27″"),
        ("纬度39.9042,经度116.4074", "coordinates", "纬度39.9042,经度116.4074"),
        ("lat: 40.7128, lon: -74.0060", "coordinates", "lat: 40.7128, lon: -74.0060"),
        ("加微信zhangsan_88聊", "wechat", "zhangsan_88"),
        ("微信号:lisilisi", "wechat", "lisilisi"),
        ("加V abc_123", "wechat", "abc_123"),
        ("WeChat ID: john_smith", "wechat", "john_smith"),
        ("加QQ12345678聊", "qq", "12345678"),
        ("可以加群8757013咨询", "qq", "8757013"),
        ("12345678(QQ)", "qq", "12345678"),
        ("用户ID:88374653请", "user", "88374653"),
        ("thanks @some_user!", "user", "some_user"),
        ("转自@北京小王 很好", "user", "北京小王"),
        ("订单号5455723,", "order", "5455723"),
        ("174208675是我的订单编号", "order", "174208675"),
        ("order 112-1234567-1234567", "order", "112-1234567-1234567"),
        ("订单(20262181180057)", "order", "20262181180057"),
        ("订单号【20262181180057】没发货", "order", "20262181180057"),
        ("【订单号】20262181180057", "order", "20262181180057"),
        ('"订单号":"20262181180057"', "order", "20262181180057"),
        ("订单“20262181180057”", "order", "20262181180057"),
        ("订单2023-05-06-1234567", "order", "2023-05-06-1234567"),
        ("单号20262181180057", "order", "20262181180057"),
        ("单号:20262181180057,谢谢", "order", "20262181180057"),
        ("微信号【lihua2020】", "wechat", "lihua2020"),
        ("微信(lihua2020)", "wechat", "lihua2020"),
        ('微信"lihua2020"', "wechat", "lihua2020"),
        ("微信:【lihuahua】", "wechat", "lihuahua"),
        ('"wechat": "lihuahua"', "wechat", "lihuahua"),
        ("微信号weixin_lihua", "wechat", "weixin_lihua"),
        ("vx:lihuahua", "wechat", "lihuahua"),
        ("要的加wx: lihuahua谢谢", "wechat", "lihuahua"),
        ("加V:lihuahua", "wechat", "lihuahua"),
        ("QQ(12345678)", "qq", "12345678"),
        ("电话【62345678】", "landline", "62345678"),
        ("账号「lihua2020」", "user", "lihua2020"),
        ("ip:2001:db8::8a2e:370:7334", "ip", "2001:db8::8a2e:370:7334"),
        ("IPv6地址:2001:db8::8a2e:370:7334", "ip", "2001:db8::8a2e:370:7334"),
        ("node:2001:db8:1:2:3:4:5:6", "ip", "2001:db8:1:2:3:4:5:6"),
        ("ip2001:db8:1:2:3:4:5:6", "ip", "2001:db8:1:2:3:4:5:6"),
        ("地址:fe80::1", "ip", "fe80::1"),
        ("Windows 192.168.1.15连不上", "ip", "192.168.1.15"),
        ("IP更新为11.22.33.44", "ip", "11.22.33.44"),
        ("@客服小美 你好", "user", "客服小美"),
        ("@了不起的盖茨比 好看", "user", "了不起的盖茨比"),
        ("顺丰SF1234567890123到了", "waybill", "SF1234567890123"),
        ("单号1Z2665191318183661", "waybill", "1Z2665191318183661"),
        ("EMS EA473124829CN", "waybill", "EA473124829CN"),
        ("tracking number 9400 1118 9922 3197 4284 90", "waybill", "9400 1118 9922 3197 4284 90"),
    ],
)
def test_a_kind_is_found(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "QQ游戏和QQ2012都能玩",
        "微信支付很方便,微信客户端也好",
        "vx600x毕竟不是VX600",
        "拨打400-820-8820没人接,打95588也不行",
        "版本号1.2.3.4,第3.2.1.1节",
        "圆周率3.14159265358979",
        "555555555555,888888888",
        "{}13800138000123456789{}",
        "std::vector<int> a::b",
        "12:30:45到13:00",
        "2023-05-06 14:30",
        "http://t.co/VxBJg26Gsz",
        "wechat is convenient",
        "My account was locked",
        "月销1000000单",
        "价格100-200-3000",
        "+10086 我超级讨厌",
        "@他们也没有用,没人理,我@你",
        "Android 11.0.2.1版本有问题",
        "版本号是11.0.2.1",
        "iOS 15.4.1.2",
        "Chrome/96.0.4.45",
        "驱动31.0.15.2",
        "12.0.1.3版本",
        "从11.0.2.1升级到12.0.1.13",
        "微信8.0.16.20闪退",
        "version is 11.0.2.1",
        "@了客服也没用",
        "@客服 没人理",
        "@所有人 快来看",
        "@everyone look",
        "微信(WeChat)",
        "订单(2009-05-22下的)",
        "时间:12:30:45",
        "指纹aa:bb:cc:dd:ee:ff:00:11:22:33:44",
        '<view wx:for-item="x">',
        "vx=velocity",
        "4111111111111112",
        "a@b, @ noon, @property(x)",
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_every_pattern_has_a_sign_that_its_own_finds_show() -> None:
    assert {kind.sign for kind in KINDS} == {"at", "mail", "number", "dotted", "degrees", "nick"}
    assert signs("这家酒店很好,房间也大") == set()
    assert len(NAMES) == 12


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "1 ", "a@", "1.", "12:", "订单号", "(123) ", "39.12345 ", "+1 ", "aa11", "@aaaa"),
        *("单号", "单号【", "微信(", "微信号:【a", "vx:", "vx:(a_", "QQ(1", "QQ )", "2009-1-", "(((((((("),
        *("a:", "::", "node:a:", "2001:db8:", "g1::", "Android ", "版本", "chrome/11.", "11.0.2.1", "11.0.2.1版"),
        *("11.0.2.1 ", "@客服", "@了", "@所有人", "@全", "@一二三四"),
    ],
)
def test_a_long_text_costs_no_more_than_its_length(piece: str) -> None:
    began = time.process_time()
    replacing.find(piece * 20_000, addresses=True)
    assert time.process_time() - began < 30
