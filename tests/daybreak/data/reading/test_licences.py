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
    assert rule("MIT AND (GPL-2.0-only OR MIT)", deny=deny) == "licence_denied"


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
        ("MIT OR CC-BY-SA-4.0", ["share_alike"]),
        ("", []),
    ],
)
def test_obligations(licence: str, told: list[str]) -> None:
    assert licences.obligations(licence) == told
