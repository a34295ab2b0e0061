"""How real FTMS treadmills differ from the text, by name (ftms.md 8 and 12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from simulator.errors import OptionError
from simulator.gatt import Kind
from simulator.machines.ftms_character import Answers, Character, Records, StandingSpeed
from simulator.options import MachineClass
from simulator.quirk_script import Scripted, Since

_LATER_MS: Final = 60_000.0
"""After the first start: in the middle of a walk."""
_KMH_PER_MILE: Final = 1.609344


@dataclass(frozen=True, slots=True)
class Quirk:
    name: str
    summary: str
    changes: Mapping[str, object] = field(default_factory=dict)
    """Fields of `Character`, and what they are on such a machine."""
    script: tuple[Scripted, ...] = ()


def _later(name: str, summary: str, fault: str, **parameters: object) -> Quirk:
    step = Scripted(fault, _LATER_MS, Since.START, parameters)
    return Quirk(name, f"{summary}, a minute after the first start.", script=(step,))


_ALL: Final = (
    Quirk("nominal", "As the text has it."),
    Quirk(
        "notify-instead-of-indicate",
        "Answers come as notifications, and writes without response are taken too (Q1).",
        {"answer_kind": Kind.NOTIFICATION, "write_commands": True},
    ),
    Quirk(
        "answer-before-write-response",
        "The answer overtakes the response to the write by 2 ms (Q2).",
        {"answer_ms": 12.0, "write_response_ms": 14.1},
    ),
    Quirk(
        "ack-without-motion",
        "A start is answered with success, and the belt stands (Q3).",
        {"start_moves": False},
    ),
    Quirk(
        "double-stop-answer",
        "A stop is answered twice: success, then failed (Q4).",
        {"answers": Answers.STOP_TWICE},
    ),
    Quirk("no-status", "Never tells a machine status (Q5).", {"tells_status": False}),
    Quirk(
        "silent-after-stop",
        "After a stop its data ends until the next start (Q6).",
        {"silence_after_stop_ms": inf},
    ),
    Quirk(
        "late-zero",
        "After a stop its data pauses for 8 s (Q6).",
        {"silence_after_stop_ms": 8_000.0},
    ),
    Quirk(
        "mph-as-kmh",
        "Range and target speeds are miles although it says km/h; its data is true (Q8).",
        {"range_unit": "mph", "command_unit": "mph", "max_digits": 1_000},
    ),
    Quirk(
        "mph-data",
        "Speeds in its data are miles; it obeys in km/h (Q8).",
        {"data_unit": "mph"},
    ),
    Quirk(
        "mph-everywhere",
        "Every speed is miles, read-back included: no host can tell (Q8).",
        {"range_unit": "mph", "command_unit": "mph", "data_unit": "mph", "max_digits": 1_000},
    ),
    Quirk(
        "mph-range",
        "Its range is in miles, everything else in km/h (Q8).",
        {"range_unit": "mph", "max_digits": 1_000},
    ),
    Quirk(
        "mph-steps",
        "Runs in steps of 0.1 mph and says so in km/h: range 0.96 to 6.43, step 0.32 (Q9).",
        {
            "min_digits": 96,
            "max_digits": 643,
            "step_digits": 32,
            "belt_step_ckmh": 10 * _KMH_PER_MILE,
        },
    ),
    Quirk(
        "start-toggles-pause",
        "A start while it runs is a pause (Q10).",
        {"start_toggles": True},
    ),
    Quirk(
        "needs-start-first",
        "Moves 2.5 s after a start; a speed before the start drops the link, before motion is 05 "
        "(Q12).",
        {"start_up_ms": 2_500.0, "drops_early_speed": True},
    ),
    Quirk(
        "control-twice",
        "Control has to be requested twice; both are answered with success (Q14).",
        {"control_requests": 2},
    ),
    Quirk(
        "false-user-stop-status",
        "Tells 'stopped by the user' when it is started (Q17).",
        {"false_stop_status": True},
    ),
    Quirk(
        "ramp-status-stream",
        "Tells 'target speed changed' every 0.3 s with the speed of the moment (Q18).",
        {"streams_ramp": True},
    ),
    Quirk(
        "padded-status",
        "Pads its status, and tells training states that do not exist (Q19).",
        {"pads_status": True},
    ),
    Quirk(
        "truncated-20",
        "Its records are cut off at 20 bytes; the elapsed time is never seen (Q20).",
        {"records": Records.CUT},
    ),
    Quirk(
        "split-records",
        "Its records come in two parts, the speed in the second (Q20).",
        {"records": Records.SPLIT},
    ),
    Quirk(
        "incline-fails",
        "Claims an incline, and every attempt to set it fails (Q21).",
        {"incline_works": False},
    ),
    Quirk(
        "malformed-answer",
        "Every answer is one byte, the op code (Q22).",
        {"answers": Answers.MALFORMED},
    ),
    Quirk("no-answer", "Obeys, and answers nothing.", {"answers": Answers.NEVER}),
    Quirk(
        "att-fe-once",
        "The first attempt at each procedure is refused: another is in progress.",
        {"busy_at_first": True},
    ),
    Quirk("needs-pairing", "Takes commands only over an encrypted link.", {"needs_pairing": True}),
    Quirk(
        "self-start",
        "Starts by itself 3 s after a client connects (Q24).",
        script=(Scripted("self-start"),),
    ),
    _later("speed-jump", "Runs away to 8 km/h (Q25)", "runaway"),
    Quirk(
        "setpoint-reported",
        "While it runs its data shows the target and not the belt (ftms.md 2.2).",
        {"reports_setpoint": True},
    ),
    Quirk(
        "speed-starts-belt",
        "A target speed starts a standing belt.",
        {"standing_speed": StandingSpeed.STARTS},
    ),
    Quirk(
        "keeps-target",
        "A standing belt takes a target speed, and the next start runs to it.",
        {"standing_speed": StandingSpeed.KEPT},
    ),
    Quirk(
        "keeps-running-on-link-loss",
        "Class C: goes on when its client is gone. The default.",
        {"machine_class": MachineClass.C},
    ),
    Quirk(
        "stops-on-link-loss",
        "Class B: stands within 5 s of losing the client that has control.",
        {"machine_class": MachineClass.B},
    ),
    Quirk(
        "safety-key-status",
        "Tells 'stopped by safety key' when its key is pulled. The default.",
        {"key_cuts_power": False},
    ),
    Quirk(
        "safety-key-power-cut",
        "Its key cuts its power: the link drops, nothing is told, the belt coasts.",
        {"key_cuts_power": True},
    ),
    _later("control-revoked", "Takes control away by itself", "control-revoke"),
    _later("steals-control", "A second client takes control", "control-steal"),
    Quirk(
        "status-echo",
        "Tells the client that caused a change about it, too.",
        {"echoes_status": True},
    ),
    Quirk(
        "slow-link",
        "Every crossing of the air takes 50 to 300 ms.",
        {"air_ms": (50.0, 300.0)},
    ),
    _later("mute", "Says nothing any more, with the link up", "mute"),
)

QUIRKS: Final[Mapping[str, Quirk]] = {quirk.name: quirk for quirk in _ALL}


@dataclass(frozen=True, slots=True)
class Profile:
    """A character and what it does by itself."""

    character: Character
    script: tuple[Scripted, ...]


def combined(names: Iterable[str]) -> Profile:
    """Return the machine that has all of these quirks.

    Raises:
        OptionError: there is no such quirk, or two of them contradict each other.
    """
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        if name not in QUIRKS:
            raise OptionError(f"no quirk called {name!r}; there are {', '.join(QUIRKS)}")
    changes: dict[str, object] = {}
    for name in chosen:
        for key, given in QUIRKS[name].changes.items():
            if changes.setdefault(key, given) != given:
                rival = next(n for n in chosen if key in QUIRKS[n].changes)
                raise OptionError(f"quirks {rival} and {name} contradict each other; choose one")
    if chosen:
        changes["model"] = f"SIM {'+'.join(chosen)}"
    character = replace(Character(), **changes)  # type: ignore[arg-type]  # checked by a test
    return Profile(character, tuple(step for name in chosen for step in QUIRKS[name].script))


def listing() -> list[str]:
    """Return one line per quirk, as `treadmill-sim quirks` prints it."""
    return [f"{quirk.name:<29} {quirk.summary}" for quirk in QUIRKS.values()]
