"""Where a strap may be read, and what a declared machine becomes (SR-16, SR-54)."""

from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from tests.config_files import (
    GOOD,
    only_problem,
    parse,
    problems_of,
    with_strap,
    with_treadmill,
)
from treadctl import config as config_module
from treadctl.composition.setup_from_config import to_gate_setup
from treadctl.config import (
    ProtocolFacts,
)
from treadctl.config_strap import StrapConfig, StrapSourceKind
from treadctl.errors import Refused
from treadctl.gate.setup import MachineClass, StrapKind, StrapSource
from treadctl.model import Mode


@pytest.mark.parametrize(
    "key",
    ["disable_strap", "strap_required", "ignore_telemetry", "no_quarantine", "unsafe", "e_stop"],
)
@pytest.mark.parametrize("where", ["[limits]", "[[treadmill]]"])
def test_sr16_a_key_that_looks_like_a_switch_for_an_interlock_is_told_there_is_none(
    key: str, where: str
) -> None:
    problem = problems_of(f"schema = 1\n{where}\n{key} = true")[0]
    found = [p for p in problems_of(f"schema = 1\n{where}\n{key} = true") if p.key.endswith(key)]
    assert "no key disables an interlock" in found[0].remedy
    assert problem.line in (2, 3)


@pytest.mark.parametrize("strap", ['"none"', "false", '""', "[]"])
def test_sr16_a_strap_cannot_be_declared_away(strap: str) -> None:
    problem = only_problem(with_treadmill(strap=strap))
    assert "no key disables an interlock" in problem.remedy


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("socket://127.0.0.1:4001", "always reads as attached"),
        ("SOCKET://127.0.0.1:4001", "always reads as attached"),
        ("rfc2217://gym-box:4001", "only strap source"),
        ("rfc2217://192.168.1.9:4001", "only strap source"),
        ("rfc2217://127.0.0.1@gym-box:4001", "only strap source"),
        ("rfc2217://127.0.0.1", "no host and port"),
        ("spy://socket://127.0.0.1:4001", "not a device path"),
        ("loop://", "not a device path"),
        ("alt:///dev/ttyS0?class=VTIMESerial", "not a device path"),
        ("/dev/pts/7", "pseudo-terminal"),
        ("//dev/pts/7", "pseudo-terminal"),
        ("/dev/../dev/pts/7", "pseudo-terminal"),
        ("/dev/ptmx", "pseudo-terminal"),
        ("ttyUSB1", "not a full device path"),
        ("", "is empty"),
    ],
)
def test_sr16_places_that_can_read_attached_for_ever_are_refused_by_name(
    url: str, reason: str
) -> None:
    problem = only_problem(with_strap('source = "modem-line"', f'url = "{url}"'))
    assert (problem.line, problem.key) == (8, "treadmill[1].strap.url")
    assert reason in problem.message


def test_sr16_a_link_to_a_pseudo_terminal_is_seen_through(tmp_path: Path) -> None:
    link = tmp_path / "strap"
    link.symlink_to("/dev/pts/7")
    problem = only_problem(with_strap('source = "modem-line"', f'url = "{link}"'))
    assert "pseudo-terminal" in problem.message


def test_a_device_whose_links_run_in_a_circle_is_left_to_the_link_to_report(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert parse(with_strap('source = "modem-line"', f'url = "{tmp_path}/a"')).treadmills


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
def test_rfc2217_on_this_computer_is_a_strap_source(host: str) -> None:
    config = parse(with_strap('source = "modem-line"', f'url = "rfc2217://{host}:4001"'))
    assert config.treadmills[0].strap == StrapConfig(
        StrapSourceKind.MODEM_LINE, f"rfc2217://{host}:4001", "dsr"
    )


@pytest.mark.parametrize(
    ("lines", "key", "message"),
    [
        ([], "source", "is missing"),
        (["source = 3"], "source", "not a strap source"),
        (['source = "none"'], "source", "'none' is not a strap source"),
        (['source = "modem-line"'], "url", "is missing"),
        (['source = "modem-line"', "url = 3"], "url", "not an adapter"),
        (['source = "modem-line"', 'url = "/dev/ttyS1"', 'line = "rts"'], "line", "not a modem"),
        (['source = "modem-line"', 'url = "/dev/ttyS1"', "line = 1"], "line", "not a modem"),
        (['source = "machine"'], "source", "not known to report"),
    ],
)
def test_an_incomplete_strap_source_is_refused(lines: list[str], key: str, message: str) -> None:
    problem = only_problem(with_strap(*lines))
    assert problem.key == f"treadmill[1].strap.{key}"
    assert message in problem.message


def test_a_machine_that_reports_its_own_strap_needs_no_adapter(mocker: MockerFixture) -> None:
    mocker.patch.dict(
        config_module.PROTOCOLS, {"woodway-us": ProtocolFacts(("mph",), reports_strap=True)}
    )
    treadmill = parse(with_strap('source = "machine"')).treadmills[0]
    assert treadmill.can_drive
    assert to_gate_setup(treadmill, Mode.TURN_AROUND).strap == StrapSource(StrapKind.MACHINE)
    assert only_problem(with_strap('source = "machine"', 'line = "dsr"')).key.endswith("line")


def test_sr54_a_declared_machine_is_class_c() -> None:
    left, right = parse(GOOD).treadmills
    setup = to_gate_setup(left, Mode.TURN_AROUND)

    assert setup.machine.machine_class is MachineClass.C
    assert setup.machine.max_ckmh == 1_200
    assert setup.strap == StrapSource(StrapKind.MODEM_LINE, "/dev/ttyUSB1", "cd")
    assert setup.limits == left.limits
    assert setup.link_url == "/dev/ttyUSB0"
    assert not setup.simulated
    assert setup.attendance_required

    monitored = to_gate_setup(right, Mode.TURN_AROUND)
    assert monitored.strap is None
    assert (monitored.machine.unit, monitored.machine.min_ckmh) == ("kmh", 80)


def test_sr54_belt_reverse_without_a_qualification_record_is_refused() -> None:
    with pytest.raises(Refused, match="qualification record") as caught:
        to_gate_setup(parse(GOOD).treadmills[0], Mode.BELT_REVERSE)
    assert caught.value.cause == "reverse_unavailable"
