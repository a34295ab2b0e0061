"""A simulator that does not start, speaks nonsense or dies: always an error with its words."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from treadctl.composition import plant as plants
from treadctl.composition.plant import (
    LockstepPlant,
    ServedPlant,
    SimulationOptions,
    SimulatorFailedError,
    StartBrokenOff,
    facts_of,
)
from treadctl.composition.signals import Signals
from treadctl.core.exit_codes import Signal

READY = (
    '{"ready": true, "lockstep": 1, "address": "rfc2217://127.0.0.1:1", "class": "B", '
    '"ramp_ckmh_s": 60, "unit": "mph", "min_ckmh": 17, "max_ckmh": 800, "reverse": true}'
)
Opened = Callable[..., LockstepPlant | ServedPlant]
OPTIONS = SimulationOptions("woodway-us")


def child(code: str) -> list[str]:
    """A simulator of our own that runs *code* whatever it is asked."""
    return [sys.executable, "-c", f"import sys, os, signal\nready = '{READY}'\n{code}", "--"]


@pytest.mark.parametrize("opened", [LockstepPlant, ServedPlant])
@pytest.mark.parametrize(
    ("code", "exit_code", "words"),
    [
        ("sys.exit('no such machine')", 4, "no such machine"),
        ("sys.stderr.write('bad scenario'); sys.exit(2)", 2, "bad scenario"),
        ("sys.exit(3)", 4, "ended with code 3"),
        ("os.kill(os.getpid(), 9)", 4, "ended with code -9"),
        ("print('hello')", 4, "hello"),
        ("print('[]')", 4, "[]"),
        ("print('{\"ready\": true}')", 4, "ready"),
        ("sys.stdout.write('{')", 4, "without a word"),
    ],
)
def test_a_child_that_is_no_simulator_is_an_error_with_its_own_words(
    opened: Opened, code: str, exit_code: int, words: str
) -> None:
    with pytest.raises(SimulatorFailedError) as caught:
        opened(OPTIONS, command=child(code))
    assert caught.value.exit_code == exit_code
    assert words in str(caught.value)


def test_a_child_that_dies_between_two_steps_is_an_error() -> None:
    plant = LockstepPlant(OPTIONS, command=child("print(ready); sys.exit('out of memory')"))
    with pytest.raises(SimulatorFailedError, match="out of memory"):
        plant.advance(50, b"\xc0")
    plant.close()


def test_a_child_that_dies_in_the_middle_of_an_answer_is_an_error() -> None:
    code = "print(ready, flush=True); os.read(0, 7); os.write(1, b'\\x01\\x00')"
    plant = LockstepPlant(OPTIONS, command=child(code))
    with pytest.raises(SimulatorFailedError):
        plant.advance(50, b"")
    plant.close()


def test_an_act_that_the_simulator_does_not_know_is_an_error() -> None:
    plant = LockstepPlant(OPTIONS)
    try:
        with pytest.raises(SimulatorFailedError, match="fly"):
            plant.act("fly")
    finally:
        plant.close()


def test_lockstep_answers_bytes_and_tells_of_strap_and_link() -> None:
    plant = LockstepPlant(OPTIONS)
    try:
        assert plant.advance(100, b"\xc0") == b"\xd0\x31"
        assert (plant.strap_closed, plant.link_up) == (True, True)
        plant.act("strap-pull")
        plant.act("link-drop")
        plant.advance(150, b"")
        assert (plant.strap_closed, plant.link_up) == (False, False)
    finally:
        plant.close()


def test_an_act_of_a_served_machine_that_has_gone_is_the_gates_affair() -> None:
    plant = ServedPlant(OPTIONS, command=child("print(ready)"))
    plant.close()
    plant = ServedPlant(OPTIONS, command=child("print(ready, flush=True); os.close(0)"))
    for _ in range(3):
        plant.act("strap-pull")
    plant.close()


AIR_READY = READY.replace(
    "rfc2217://127.0.0.1:1", "ble://C0:FF:EE:00:00:01?radio=air:unix:/air"
).replace('"lockstep": 1', '"strap": "rfc2217://127.0.0.1:2"')


def test_a_bluetooth_treadmill_has_an_air_of_its_own_and_its_strap_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    words = tmp_path / "words"
    code = f"ready = {AIR_READY!r}; open({str(words)!r}, 'w').write(' '.join(sys.argv))"
    plant = ServedPlant(SimulationOptions("ftms"), command=child(f"{code}; print(ready)"))
    (air,) = tmp_path.glob("treadctl-air-*")
    assert air.stat().st_mode & 0o777 == 0o700
    assert plant.url == "ble://C0:FF:EE:00:00:01?radio=air:unix:/air"
    assert plant.strap_url == "rfc2217://127.0.0.1:2"
    assert f"--ble unix:{air}/air --strap 127.0.0.1:0" in words.read_text()
    plant.close()
    assert not air.exists()


def test_an_air_whose_simulator_did_not_start_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(SimulatorFailedError, match="no radio"):
        ServedPlant(SimulationOptions("ftms"), command=child("sys.exit('no radio')"))
    assert list(tmp_path.iterdir()) == []


class Told(Signals):
    """Ctrl-c was pressed before anybody looked."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.note(signal.SIGINT, None)


@pytest.mark.parametrize("opened", [LockstepPlant, ServedPlant])
def test_sr18_who_is_told_to_end_waits_for_no_simulator(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cores = os.sched_getaffinity(0)
    told = Told()
    with pytest.raises(StartBrokenOff):
        opened(SimulationOptions("ftms"), command=child("os.read(0, 1)"), signals=told)
    assert told.first is Signal.INTERRUPT, "whoever leads the run has not heard of it yet"
    assert os.sched_getaffinity(0) == cores
    assert list(tmp_path.iterdir()) == []


def test_whatever_breaks_off_a_start_leaves_no_simulator_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Outside a run, ctrl-c is an exception in the middle of the waiting."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **more: Any) -> None:
            super().__init__(*words, **more)
            started.append(self)

    def broken_off(child: object, signals: object) -> dict[str, Any]:
        raise SystemExit(130)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    monkeypatch.setattr(plants, "_read_ready", broken_off)
    with pytest.raises(SystemExit):
        LockstepPlant(OPTIONS, command=child("signal.pause()"))
    assert [each.returncode for each in started] == [-signal.SIGKILL]


def test_a_serial_treadmill_has_its_strap_on_its_own_port() -> None:
    plant = ServedPlant(OPTIONS, command=child("print(ready)"))
    assert plant.url == plant.strap_url == "rfc2217://127.0.0.1:1"
    plant.close()


def test_closing_a_plant_that_has_gone_is_no_error() -> None:
    plant = LockstepPlant(OPTIONS, command=child("print(ready)"))
    plant.close()


def test_sr54_the_simulator_declares_its_own_class_and_ramp() -> None:
    plant = LockstepPlant(OPTIONS, command=child("print(ready, flush=True); os.read(0, 7)"))
    facts = facts_of("woodway-us", plant.ready)
    plant.close()
    assert (facts.machine_class.value, facts.ramp_ckmh_s, facts.max_ckmh) == ("B", 60, 800)


def test_options_become_the_simulators_arguments(tmp_path: Path) -> None:
    options = SimulationOptions("trackmaster", tmp_path / "s.toml", 7, tmp_path / "t.jsonl")
    assert options.arguments() == [
        *("--machine", "trackmaster", "--seed", "7"),
        *("--scenario", str(tmp_path / "s.toml"), "--truth", str(tmp_path / "t.jsonl")),
    ]
