"""A treadmill over Bluetooth in config.toml: understood completely, or not used at all (SR-42)."""

import pytest

from firmware_protocols.ftms import profiles
from firmware_protocols.ftms.profiles import Profile
from firmware_protocols.ftms.quirks import Quirks
from tests.config_files import only_problem, parse, problems_of
from treadctl import config_bluetooth
from treadctl.ble_url import BleUrl
from treadctl.composition.setup_from_config import to_gate_setup
from treadctl.config_bluetooth import BluetoothConfig
from treadctl.config_strap import StrapSourceKind
from treadctl.gate.setup import MachineClass
from treadctl.model import Mode

ADDRESS = "C0:FF:EE:00:00:01"
HEAD = f'schema = 1\n[[treadmill]]\nname = "a"\nprotocol = "ftms"\naddress = "{ADDRESS}"\n'
STRAP = '[treadmill.strap]\nsource = "modem-line"\nurl = "/dev/ttyUSB1"\n'


def test_an_address_is_all_it_takes() -> None:
    treadmill = parse(HEAD + STRAP).treadmill("a")
    assert treadmill.bluetooth == BluetoothConfig(BleUrl(ADDRESS))
    assert treadmill.can_drive
    setup = to_gate_setup(treadmill, Mode.TURN_AROUND)
    assert setup.link_url == f"ble://{ADDRESS}"
    assert setup.machine.protocol == "ftms"
    assert setup.machine.unit == "kmh"
    assert setup.machine.profile == ""
    assert setup.machine.machine_class is MachineClass.C


def test_radio_and_profile_go_to_the_gate() -> None:
    treadmill = parse(HEAD + 'radio = "air:unix:/tmp/a&b"\nprofile = "unknown"\n').treadmill("a")
    setup = to_gate_setup(treadmill, Mode.TURN_AROUND)
    assert setup.link_url == f"ble://{ADDRESS}?radio=air:unix:/tmp/a%26b"
    assert setup.machine.profile == "unknown"


def test_sr38_an_address_in_small_letters_is_the_same_treadmill() -> None:
    assert parse(HEAD.replace(ADDRESS, ADDRESS.lower())).treadmill("a").link_url.endswith(ADDRESS)


@pytest.mark.parametrize(
    ("line", "key", "message", "remedy"),
    [
        ('address = "C0:FF"', "address", "six pairs", "devices scan"),
        ("address = 7", "address", "is not an address", "devices scan"),
        ('radio = "air"', "radio", "WORD:REST", "Leave it out"),
        ("radio = []", "radio", "is not a radio", "Leave it out"),
        ('profile = "moon"', "profile", "'moon' is not known", "Leave it out"),
        ("profile = true", "profile", "true is not known", "choose one of: unknown"),
        ('port = "/dev/ttyUSB0"', "port", "means nothing with ftms", "the treadmill's address"),
        ('unit = "mph"', "unit", "means nothing with ftms", "in its profile"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line_and_remedy(
    line: str, key: str, message: str, remedy: str
) -> None:
    head = HEAD.replace(f'address = "{ADDRESS}"\n', "") if key == "address" else HEAD
    problem = only_problem(head + line)
    assert problem.key == f"treadmill[1].{key}"
    assert problem.line == (head + line).count("\n") + 1
    assert message in problem.message
    assert remedy in problem.remedy


def test_without_an_address_nothing_is_searched_for() -> None:
    problem = only_problem('schema = 1\n[[treadmill]]\nname = "a"\nprotocol = "ftms"\n')
    assert problem.key == "treadmill[1].address"
    assert problem.message == "is missing"


def test_every_problem_is_told_at_once() -> None:
    text = HEAD + 'radio = "x"\nprofile = "y"\nunit = "kmh"\nport = "/dev/ttyS0"\n'
    assert [p.key.rpartition(".")[2] for p in problems_of(text)] == [
        "radio",
        "profile",
        "unit",
        "port",
    ]


@pytest.mark.parametrize("key", ["address", "radio", "profile"])
def test_a_serial_treadmill_has_no_address(key: str) -> None:
    problem = only_problem(
        'schema = 1\n[[treadmill]]\nname = "a"\nprotocol = "trackmaster"\nport = "/dev/ttyS0"\n'
        f'{key} = "x"\n'
    )
    assert problem.key == f"treadmill[1].{key}"
    assert "means nothing with trackmaster" in problem.message


def test_an_unknown_protocol_is_the_only_complaint_about_its_keys() -> None:
    found = problems_of(HEAD.replace("ftms", "csafe") + 'port = "/dev/ttyS0"\n')
    assert [p.key for p in found] == ["treadmill[1].protocol"]


@pytest.mark.parametrize("profile", ["", 'profile = "unknown"\n'])
def test_sr16_a_safety_key_that_may_never_be_reported_is_no_strap(profile: str) -> None:
    problem = only_problem(HEAD + profile + '[treadmill.strap]\nsource = "machine"\n')
    assert problem.key == "treadmill[1].strap.source"
    assert "not known to report its own safety key" in problem.message


def test_sr16_a_machine_whose_profile_reports_its_key_may_be_strapped_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Profile("told", Quirks(reports_safety_key=True), "made up")
    monkeypatch.setattr(config_bluetooth, "PROFILES", {**profiles.PROFILES, "told": row})
    treadmill = parse(HEAD + 'profile = "told"\n[treadmill.strap]\nsource = "machine"\n').treadmill(
        "a"
    )
    assert treadmill.strap is not None
    assert treadmill.strap.source is StrapSourceKind.MACHINE
