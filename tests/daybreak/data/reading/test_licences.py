"""Licences are read as people write them and judged by the project's rules."""

import pytest

from daybreak.data.reading import licences
from daybreak.data.reading.licences import LicenceParams


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("mit", "MIT"),
        ("MIT License", "MIT"),
        ("apache 2.0", "Apache-2.0"),
        ("Apache License 2.0", "Apache-2.0"),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
        ("CC BY-NC 4.0", "CC-BY-NC-4.0"),
        ("cc0", "CC0-1.0"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("LicenseRef-Shop-Terms", "LicenseRef-Shop-Terms"),
        ("内部数据", "内部数据"),
        ("proprietary", "proprietary"),
    ],
)
def test_spdx_by_any_spelling(given: str, told: str) -> None:
    assert licences.normalised(given) == told


def rule(licence: str, **rules: object) -> str:
    found = licences.judge(licence, LicenceParams.model_validate(rules))
    return found.rule if found else ""


def test_without_rules_everything_is_let_through() -> None:
    assert [rule(each) for each in ("MIT", "CC-BY-NC-4.0", "", "odd")] == ["", "", "", ""]


def test_what_is_denied_is_out_also_where_it_is_allowed() -> None:
    assert rule("CC-BY-NC-4.0", deny=["*-NC-*"]) == "licence_denied"
    assert rule("CC-BY-4.0", deny=["*-NC-*"]) == ""
    assert rule("cc-by-nc-4.0", deny=["*-NC-*"], allow=["CC-*"]) == "licence_denied"
    found = licences.judge("CC-BY-NC-4.0", LicenceParams(deny=("*-NC-*",)))
    assert found is not None
    assert found.threshold == "deny: *-NC-*"


def test_a_list_of_allowed_ones_leaves_out_the_rest() -> None:
    allow = ["MIT", "CC-BY-*"]
    told = [rule(each, allow=allow) for each in ("MIT", "CC-BY-SA-4.0", "Apache-2.0", "")]
    assert told == ["", "", "licence_not_allowed", ""]


def test_what_nobody_knows_is_refused_on_request_and_may_be_named() -> None:
    assert [rule(each, unknown="refuse") for each in ("", "odd", "MIT")] == ["licence_unknown", "licence_unknown", ""]
    assert rule("odd", unknown="refuse", allow=["odd"]) == ""
    assert rule("LicenseRef-Shop", unknown="refuse") == ""


def test_of_alternatives_one_is_enough_and_of_a_sum_all_are_needed() -> None:
    deny = ["GPL-*"]
    assert rule("GPL-2.0-only OR MIT", deny=deny) == ""
    assert rule("GPL-2.0-only AND MIT", deny=deny) == "licence_denied"
    assert rule("GPL-2.0-only WITH Classpath-exception-2.0", deny=deny) == "licence_denied"
    assert rule("MIT AND (GPL-2.0-only OR MIT)", deny=deny) == ""
    assert rule("GPL-2.0-only AND (Apache-2.0 OR MIT)", deny=deny) == "licence_denied"
    assert rule("MIT OR Apache-2.0 AND GPL-2.0-only", deny=deny) == ""
    assert rule("(MIT OR Apache-2.0) AND GPL-2.0-only", deny=deny) == "licence_denied"


@pytest.mark.parametrize("given", ["CC-BY-NC", "cc by nc", "CC_BY_NC", "CC-BY-NC-SA"])
def test_a_rule_that_denies_a_kind_denies_it_without_a_version(given: str) -> None:
    assert rule(licences.normalised(given), deny=["*-NC-*"]) == "licence_denied"
    assert rule(licences.normalised(given), allow=["CC-BY-4.0"], unknown="refuse") == "licence_unknown"


@pytest.mark.parametrize(
    "given", ["GPL-2.0-only OR", "(MIT OR GPL-2.0-only", "MIT) OR (GPL-2.0-only", "()", "AND", "("]
)
def test_half_an_expression_is_one_licence_that_nobody_knows(given: str) -> None:
    assert rule(given, unknown="refuse") == "licence_unknown"
    assert rule(given, allow=[given]) == ""


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("MIT", []),
        ("CC-BY-4.0", []),
        ("CC-BY-SA-4.0", ["share_alike"]),
        ("CC-BY-NC-SA-4.0", ["share_alike", "non_commercial"]),
        ("CC-BY-NC-ND-4.0", ["non_commercial", "no_derivatives"]),
        ("AGPL-3.0-only", ["share_alike"]),
        ("ODbL-1.0", ["share_alike"]),
        ("LicenseRef-Research-Only", ["non_commercial"]),
        ("MIT OR CC-BY-SA-4.0", []),
        ("MIT AND CC-BY-SA-4.0", ["share_alike"]),
        ("CC-BY-NC-4.0 OR GPL-3.0-only", ["share_alike"]),
        ("CC-BY-SA-4.0 OR CC-BY-ND-4.0", ["share_alike"]),
        ("GPL-3.0-only AND CC-BY-NC-4.0", ["share_alike", "non_commercial"]),
        ("(CC-BY-NC-4.0 OR MIT) AND CC-BY-SA-4.0", ["share_alike"]),
        ("CC-BY-NC-4.0 AND (MIT OR CC-BY-SA-4.0)", ["non_commercial"]),
        ("MIT AND CC-BY-SA-4.0 OR CC-BY-NC-4.0", ["share_alike"]),
        ("GPL-2.0-only WITH Classpath-exception-2.0 OR CC-BY-NC-4.0", ["share_alike"]),
        ("CC-BY-NC", ["non_commercial"]),
        ("cc by nc", ["non_commercial"]),
        ("CC-BY-NC OR MIT", []),
        ("CC-BY-ND", ["no_derivatives"]),
        ("Creative Commons NoDerivs", ["no_derivatives"]),
        ("CC BY-NC-ND", ["non_commercial", "no_derivatives"]),
        ("Creative Commons Attribution-NonCommercial-ShareAlike", ["share_alike", "non_commercial"]),
        ("Non-Commercial use only", ["non_commercial"]),
        ("non commercial", ["non_commercial"]),
        ("for research or commercial use", ["non_commercial"]),
        ("For research OR commercial use", ["non_commercial"]),
        ("academic use only", ["non_commercial"]),
        ("GPL v3", ["share_alike"]),
        ("仅供研究使用", ["non_commercial"]),
        ("非商业性使用", ["non_commercial"]),
        ("禁止商用", ["non_commercial"]),
        ("不得用于商业目的", ["non_commercial"]),
        ("署名-非商业性使用-相同方式共享", ["share_alike", "non_commercial"]),
        ("禁止演绎", ["no_derivatives"]),
        ("可商用", []),
        ("内部数据", []),
        ("Academic Free License", []),
        ("Sandia", []),
        ("NCSA", []),
        ("", []),
    ],
)
def test_obligations(licence: str, told: list[str]) -> None:
    assert licences.obligations(licence) == told
