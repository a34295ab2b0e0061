"""`treadctl devices scan`: who is in reach, told plainly, and nobody is connected to."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Ended, treadctl
from tests.drivers.fake_radio import ADDRESS, Advert, FakeTreadmill, fake_treadmill

Scan = Callable[..., Ended]
BIKE = Advert("C0:FF:EE:00:00:02", "Bike", -40, (0x1826,), {0x1826: "012000"})
STRAP = Advert("C0:FF:EE:00:00:03", "HR", -60, (0x180D,), {})
QUIET = Advert("C0:FF:EE:00:00:04", None, -50, (0x1826,), {})
PHONE = Advert("C0:FF:EE:00:00:05", "Phone", -30, (), {})
MILES = Advert("C0:FF:EE:00:00:06", "TM11GY", -70, (0x1826,), {0x1826: "000100"})


@pytest.fixture
def treadmill() -> Iterator[FakeTreadmill]:
    with fake_treadmill() as running:
        yield running


@pytest.fixture
def scan(treadmill: FakeTreadmill, tmp_path: Path) -> Scan:
    """Listen on the fake's radio for a moment."""
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(ROOT)])

    def run(*words: str) -> Ended:
        asked = ["devices", "scan", "--radio", treadmill.spec, "--seconds", "0.3", *words]
        return treadctl(tmp_path, *asked, env={"PYTHONPATH": path})

    return run


def test_a_treadmill_is_shown_with_what_is_to_be_written_down(scan: Scan) -> None:
    ended = scan()
    assert ended.code == 0
    heading, row = ended.out.splitlines()
    assert heading.split() == ["ADDRESS", "SIGNAL", "TYPE", "NAME", "PROFILE?"]
    assert row.split("  ") == [ADDRESS, "-55 dBm", "treadmill", "Fake 1"]
    assert "Nothing connects, nothing moves." in ended.err
    assert 'protocol = "ftms"' in ended.err


def test_nothing_is_connected_to(scan: Scan, treadmill: FakeTreadmill) -> None:
    scan()
    assert set(treadmill.operations) == {"scan"}


def test_treadmills_come_first_and_the_nearest_of_them_first(
    scan: Scan, treadmill: FakeTreadmill
) -> None:
    treadmill.others = [BIKE, STRAP, QUIET, PHONE, MILES]
    heard = json.loads(scan("--json", "--all").out)
    assert [(each["name"], each["type"]) for each in heard] == [
        ("", "fitness machine"),
        ("Fake 1", "treadmill"),
        ("TM11GY", "treadmill"),
        ("Bike", "indoor bike"),
        ("HR", "heart-rate strap"),
        ("Phone", "unknown"),
    ]


def test_json_says_all_that_is_known(scan: Scan, treadmill: FakeTreadmill) -> None:
    treadmill.advertises = False
    treadmill.others = [MILES]
    assert json.loads(scan("--json").out) == [
        {
            "address": MILES.address,
            "name": "TM11GY",
            "type": "treadmill",
            "signal_dbm": -70,
            "available": False,
            "profile_hint": "miles",
        }
    ]


def test_a_treadmill_that_says_it_is_taken_is_shown_so(
    scan: Scan, treadmill: FakeTreadmill
) -> None:
    treadmill.others = [MILES]
    assert "treadmill, in use" in scan().out


def test_what_is_no_fitness_machine_is_left_out_and_counted(
    scan: Scan, treadmill: FakeTreadmill
) -> None:
    treadmill.advertises = False
    treadmill.others = [PHONE]
    ended = scan()
    assert ended.out == ""
    assert "No treadmill was heard. Switch it on" in ended.err
    assert "1 other devices were heard; --all shows them." in ended.err


def test_a_name_cannot_write_on_the_terminal(scan: Scan, treadmill: FakeTreadmill) -> None:
    treadmill.others = [Advert("C0:FF:EE:00:00:07", "\x1b[2Jgone\n" + "x" * 90)]
    ended = scan()
    assert "\x1b" not in ended.out
    assert "?[2Jgone?" in ended.out
    assert "x" * 41 not in ended.out


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("--radio", "air"), 2, "is not of the form WORD:REST"),
        (("--seconds", "0"), 2, "not in the range"),
        (("--seconds", "nan"), 2, "not in the range"),
        (("--radio", "moon:x"), 4, "there is no radio called 'moon'; there are: "),
        (("--radio", "fake:/nowhere"), 4, "Plug in a Bluetooth adapter"),
    ],
)
def test_what_cannot_be_listened_with_says_what_to_do(
    scan: Scan, words: tuple[str, ...], code: int, part: str
) -> None:
    ended = scan(*words)
    assert ended.code == code
    assert part in ended.err
    assert "Traceback" not in ended.err


def test_a_computer_without_bluetooth_says_what_to_do(tmp_path: Path) -> None:
    ended = treadctl(
        tmp_path,
        *("devices", "scan", "--seconds", "0.1"),
        env={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere/bus"},
    )
    assert ended.code == 4
    assert "no Bluetooth service" in ended.err
    assert "Traceback" not in ended.err


def test_without_the_library_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "bleak.py").write_text("raise ImportError('not here')\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    ended = treadctl(tmp_path, "devices", "scan", env={"PYTHONPATH": path})
    assert ended.code == 4
    assert "pip install 'treadctl[ble]'" in ended.err
