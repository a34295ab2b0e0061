"""Which machine has which quirks: facts with a source, and never a choice between two."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols._fields import Unit
from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import profiles
from firmware_protocols.ftms.profiles import PROFILES, UNKNOWN, Profile
from firmware_protocols.ftms.quirks import CONSERVATIVE, Quirks

ROWS = tuple(PROFILES.values())
KEYED = tuple(row for row in ROWS if row.maker)


def meet(one: str, other: str) -> bool:
    """Whether some text is like both patterns, of which only ``*`` is special."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    if other[0] == "*":
        return meet(one, other[1:]) or meet(one[1:], other)
    return one[0].casefold() == other[0].casefold() and meet(one[1:], other[1:])


@pytest.mark.parametrize(
    ("one", "other", "do_meet"),
    [
        ("SIM", "sim", True),
        ("SIM*", "SIM mph", True),
        ("*mph", "SIM*", True),
        ("SIM", "SIM mph", False),
        ("SIM a*", "SIM b*", False),
        ("*", "", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_two_patterns_meet_where_one_text_is_like_both(one: str, other: str, do_meet: bool) -> None:
    assert meet(one, other) is meet(other, one) is do_meet


def test_no_two_rows_can_fit_the_same_machine() -> None:
    assert [
        (one.name, other.name)
        for one, other in combinations(KEYED, 2)
        if meet(one.maker, other.maker) and meet(one.model, other.model)
    ] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_says_where_its_facts_are_from_and_can_be_named(row: Profile) -> None:
    assert row.source
    assert profiles.named(row.name) is row
    assert bool(row.maker) == bool(row.model)
    assert (row is UNKNOWN) == (row.quirks == CONSERVATIVE)
    # Only what these two characters mean was thought about; fnmatch knows more.
    assert not set("?[]") & set(row.maker + row.model + "".join(row.advertised))


def test_the_configuration_page_lists_them_all() -> None:
    page = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text()
    assert [row.name for row in ROWS if f"| `{row.name}` |" not in page] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_sr29_a_machine_of_miles_is_never_read_or_told_as_if_slower(row: Profile) -> None:
    """Where reports leave open which speeds are miles, all of them are taken to be."""
    units = (row.quirks.data_unit, row.quirks.command_unit)
    assert units in ((Unit.KMH, Unit.KMH), (Unit.MPH, Unit.MPH))


def test_a_machine_that_says_who_it_is_is_known() -> None:
    # justintout/treadmill: what nRF Connect read from its Device Information.
    assert profiles.match("FITSHOW", "FS-BT-T4").name == "fitshow-fs-bt-t4"
    assert profiles.match("FitShow", "fs-bt-t4c").name == "fitshow-fs-bt-t4"


def test_a_simulated_machine_is_known_by_its_only_quirk() -> None:
    assert profiles.match("treadctl", "SIM safety-key-status").quirks.reports_safety_key
    assert profiles.match("treadctl", "SIM") is UNKNOWN
    assert profiles.match("treadctl", "SIM safety-key-status no-status") is UNKNOWN


@pytest.mark.parametrize(
    ("maker", "model"),
    [("", ""), ("FITSHOW", ""), ("", "FS-BT-T4"), ("FITSHOW", "FS-BT-C1"), ("*", "*")],
)
def test_a_machine_that_nobody_knows_is_trusted_the_least(maker: str, model: str) -> None:
    assert profiles.match(maker, model) is UNKNOWN


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_machine_calls_itself_it_has_one_profile(maker: str, model: str) -> None:
    assert profiles.match(maker, model) in ROWS


def test_two_rows_that_fit_are_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = Profile("one", Quirks(start_up_ms=1), "made up", "Maker", "Model*")
    other = replace(one, name="other", model="Model 1")
    monkeypatch.setattr(profiles, "_ROWS", (UNKNOWN, one, other))
    with pytest.raises(LocalProtocolError, match=r"one, other\. Name one in the configuration"):
        profiles.match("Maker", "Model 1")
    assert profiles.match("Maker", "Model 2") is one


def test_a_profile_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(LocalProtocolError, match="'moon' is not one of unknown, "):
        profiles.named("moon")


@pytest.mark.parametrize(
    ("advertised", "name"),
    [
        ("KS-HD-Z1D", "kingsmith"),
        ("TM11GY-1234", "miles"),
        ("trx3500", "trx3500"),
        ("FR30z", "fr30z"),
        ("Horizon_7.0AT", "miles"),
    ],
)
def test_an_advertised_name_is_a_hint_for_a_person(advertised: str, name: str) -> None:
    row = profiles.hint(advertised)
    assert row is not None
    assert row.name == name


@pytest.mark.parametrize("advertised", ["", "Treadmill", "SW", "K"])
def test_a_name_that_says_nothing_is_no_hint(advertised: str) -> None:
    assert profiles.hint(advertised) is None


def test_two_hints_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Profile("one", Quirks(start_up_ms=1), "made up", advertised=("A*",))
    monkeypatch.setattr(profiles, "_ROWS", (one, replace(one, name="other")))
    assert profiles.hint("AB") is None
