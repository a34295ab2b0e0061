"""SR-45, SR-46: where a run reads the heart rate, its limit, and what is refused."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.files import config_file, plan_file
from tests.config_files import only_problem, parse
from treadctl.composition.conditions import conditions_of
from treadctl.composition.heart import HeartLimits, heart_source
from treadctl.composition.options import HeartWish, RunOptions
from treadctl.composition.plan_view import view_run
from treadctl.composition.prepare import exit_code_of
from treadctl.core.exit_codes import ExitCode
from treadctl.core.profile import Profile
from treadctl.errors import Refused
from treadctl.gate.setup import HeartKind, HeartSource
from treadctl.people.person import Person
from treadctl.people.person_limits import hr_ceiling_bpm

SENSOR: Final = "C0:FF:EE:00:00:02"
TODAY: Final = date(2026, 11, 1)
KNOWN: Final = HeartLimits(own_bpm=121, ceiling_bpm=137)
NOBODY: Final = HeartLimits(own_bpm=None, ceiling_bpm=168)


def source(
    wish: HeartWish, known: HeartLimits = KNOWN, *, declared: str = "", **more: Any
) -> HeartSource | None:
    of: dict[str, Any] = {"link_url": "", "protocol": "woodway-us", "turned": False} | more
    return heart_source(wish, declared, of["link_url"], of["protocol"], known, turned=of["turned"])


# Where.


@pytest.mark.parametrize("where", ["", "none"])
def test_nobody_who_wants_nothing_gets_anything(where: str) -> None:
    assert source(HeartWish(where)) is None


def test_a_sensor_is_named_by_its_address_in_any_spelling() -> None:
    found = source(HeartWish(SENSOR.lower()))
    assert found == HeartSource(HeartKind.SENSOR, 121, url=f"ble://{SENSOR}")


def test_a_bare_address_is_on_the_radio_of_the_treadmill() -> None:
    link = "ble://C0:FF:EE:00:00:01?radio=air:unix:/tmp/air"
    found = source(HeartWish(SENSOR), link_url=link, protocol="ftms")
    assert found is not None
    assert found.url == f"ble://{SENSOR}?radio=air:unix:/tmp/air"


def test_a_whole_url_names_its_own_radio() -> None:
    found = source(HeartWish(f"ble://{SENSOR}?radio=air:tcp:127.0.0.1:4000"))
    assert found is not None
    assert found.url == f"ble://{SENSOR}?radio=air:tcp:127.0.0.1:4000"


def test_what_the_treadmill_is_declared_with_holds_unless_something_is_typed() -> None:
    declared = source(HeartWish(), declared=SENSOR)
    assert declared is not None
    assert declared.kind is HeartKind.SENSOR
    assert source(HeartWish("none"), declared=SENSOR) is None
    typed = source(HeartWish("machine"), declared=SENSOR, protocol="ftms")
    assert typed is not None
    assert typed.kind is HeartKind.MACHINE


def test_in_virtual_time_the_simulated_persons_own_is_read() -> None:
    found = source(HeartWish("machine", guard=True), turned=True)
    assert found == HeartSource(HeartKind.LOCKSTEP, 121, guard=True)


@pytest.mark.parametrize(
    ("wish", "more", "said"),
    [
        (HeartWish("machine"), {}, "woodway-us treadmill reports no heart rate"),
        (HeartWish(SENSOR), {"turned": True}, "--heart-rate machine"),
        (HeartWish("C0:FF"), {}, "devices scan"),
        (HeartWish("ble://C0:FF"), {}, "devices scan"),
        (HeartWish(limit_bpm=100), {}, "Add --heart-rate ADDRESS"),
        (HeartWish("none", guard=True), {}, "Add --heart-rate ADDRESS"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(
    wish: HeartWish, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        source(wish, **more)


# The limit.


def test_sr45_the_limit_is_the_persons_own() -> None:
    found = source(HeartWish(SENSOR))
    assert found is not None
    assert (found.limit_bpm, found.guard) == (121, False)


@pytest.mark.parametrize(("typed", "taken"), [(40, True), (121, True), (122, False), (137, False)])
def test_sr45_a_persons_own_limit_can_only_be_lowered(typed: int, taken: bool) -> None:
    wish = HeartWish(SENSOR, typed)
    if taken:
        found = source(wish)
        assert found is not None
        assert found.limit_bpm == typed
    else:
        with pytest.raises(Refused, match="above this person's limit of 121"):
            source(wish)


def test_sr45_without_a_person_or_a_limit_it_is_refused_and_says_what_helps() -> None:
    with pytest.raises(Refused, match=r"--person NAME.*--hr-limit BPM.*--heart-rate none"):
        source(HeartWish(SENSOR), NOBODY)


@pytest.mark.parametrize(("typed", "taken"), [(168, True), (169, False)])
def test_sr45_without_a_person_nothing_above_everybodys_ceiling_is_taken(
    typed: int, taken: bool
) -> None:
    wish = HeartWish(SENSOR, typed)
    if taken:
        found = source(wish, NOBODY)
        assert found is not None
        assert found.limit_bpm == typed
    else:
        with pytest.raises(Refused, match="85 %"):
            source(wish, NOBODY)


@pytest.mark.parametrize(
    ("born", "bpm"),
    [
        pytest.param(None, 168, id="unknown: 85 % of 198.2"),
        pytest.param(2012, 168, id="14 years"),
        pytest.param(2020, 168, id="younger than anybody may be"),
        pytest.param(1960, 137, id="66 years: 85 % of 161.8"),
        pytest.param(1700, 0, id="nobody"),
    ],
)
def test_sr45_the_ceiling_is_85_percent_of_the_estimated_maximum(
    born: int | None, bpm: int
) -> None:
    person = Person("anna", "Anna", Profile.NOVICE, year_of_birth=born)
    assert hr_ceiling_bpm(person, TODAY) == bpm


def test_sr45_the_ceiling_of_nobody_is_that_of_the_youngest() -> None:
    assert hr_ceiling_bpm(None, TODAY) == 168


# A whole run.


def typed(folder: Path, **more: Any) -> RunOptions:
    return RunOptions(
        str(plan_file(folder)), simulate="woodway-us", virtual_time=True, today=TODAY, **more
    )


def test_a_dry_run_refuses_what_a_run_would(tmp_path: Path) -> None:
    options = typed(tmp_path, heart=HeartWish("machine"))
    for view in (view_run, conditions_of):
        with pytest.raises(Refused) as refused:
            view(options)
        assert exit_code_of(refused.value) is ExitCode.USAGE


def test_what_is_watched_is_said_before_anybody_walks(tmp_path: Path) -> None:
    found = conditions_of(typed(tmp_path, heart=HeartWish("machine", 130)))
    assert found.heart == HeartSource(HeartKind.LOCKSTEP, 130)
    assert found.notes[-1] == "The heart rate is watched: at most 130 a minute."
    assert conditions_of(typed(tmp_path)).notes == ()


def test_a_declared_sensor_is_read_in_every_run_of_that_treadmill(tmp_path: Path) -> None:
    config = config_file(tmp_path, "/dev/ttyUSB0", "/dev/ttyUSB1")
    text = config.read_text()
    config.write_text(
        text.replace("[treadmill.strap]", f'heart_rate = "{SENSOR}"\n[treadmill.strap]')
    )
    options = RunOptions(str(plan_file(tmp_path)), treadmill="left", config=config, control=True)
    with pytest.raises(Refused, match="none is known"):
        conditions_of(options)
    found = conditions_of(replace(options, heart=HeartWish(limit_bpm=120)))
    assert found.heart == HeartSource(HeartKind.SENSOR, 120, url=f"ble://{SENSOR}")
    assert conditions_of(replace(options, heart=HeartWish("none"))).heart is None


# config.toml.

SERIAL: Final = (
    'schema = 1\n[[treadmill]]\nname = "a"\nprotocol = "woodway-us"\nport = "/dev/ttyUSB0"\n'
)
FTMS: Final = (
    'schema = 1\n[[treadmill]]\nname = "a"\nprotocol = "ftms"\naddress = "C0:FF:EE:00:00:01"\n'
)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (SERIAL, ""),
        (SERIAL + f'heart_rate = "{SENSOR}"\n', SENSOR),
        (FTMS + f'heart_rate = "ble://{SENSOR}"\n', f"ble://{SENSOR}"),
        (FTMS + 'heart_rate = "machine"\n', "machine"),
    ],
)
def test_a_treadmill_may_name_its_sensor(text: str, where: str) -> None:
    assert parse(text).treadmill("a").heart_rate == where


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SERIAL + 'heart_rate = "machine"\n', "not told by this protocol"),
        (SERIAL + 'heart_rate = "C0:FF"\n', "six pairs"),
        (SERIAL + 'heart_rate = ""\n', "is not an address"),
        (SERIAL + "heart_rate = 7\n", "is not an address"),
        (FTMS + "heart_rate = true\n", "is not an address"),
    ],
)
def test_sr42_a_sensor_that_cannot_be_meant_is_an_error(text: str, message: str) -> None:
    problem = only_problem(text)
    assert problem.key == "treadmill[1].heart_rate"
    assert message in problem.message
    assert "devices scan" in problem.remedy
