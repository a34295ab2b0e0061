"""FTMS codec: ours, one precompiled `struct`, and two other libraries, side by side in one run.

    python benchmarks/bench_ftms_codec.py [--quick]

Every contender gets the same bytes, in turns of a fraction of a millisecond, so that whatever
else the machine is doing disturbs all of them alike; the best turn of each counts. pyftms (which
needs Python 3.12 or 3.13) and bluetooth-sig take part if this interpreter has them:

    python3.12 -m venv /tmp/peers && /tmp/peers/bin/pip install pyftms==0.4.15 bluetooth-sig==0.6.0
    /tmp/peers/bin/python benchmarks/bench_ftms_codec.py
"""

import argparse
import io
import sys
from collections.abc import Callable
from importlib import import_module
from itertools import repeat
from struct import Struct
from time import perf_counter_ns
from typing import Any, Final

from figures import ROOT, heading, load, row, verdict

sys.path.insert(0, str(ROOT))

from firmware_protocols.ftms import control_point, treadmill_data

RECORDS: Final = {
    "typical, 19 bytes": ("8c056400140000000000000500e70003005b00", "<HHHBhhHHBBH"),
    "short, not available, 14 bytes": ("840464001400000200ffffff3f00", "<HHHBHHBH"),
    "FitShow, 19 bytes": ("8624fa00d900a605005500ffffff5709f30d00", "<HHHHBHHBHHB"),
    "Life Fitness, 25 bytes": (
        "9e0517059202fb00000000ff7f7c00ff7f1b00ffffff698a00",
        "<HHHHBhhHHHHBBH",
    ),
}
"""Bytes of real machines (tests/golden/ftms), and their layout as one `struct`."""
TYPICAL: Final = "typical, 19 bytes"
FLOOR: Final = "one struct"
OURS: Final = "ours"
PYFTMS: Final = "pyftms, its handler"
BLUETOOTH_SIG: Final = "bluetooth-sig"
FLOOR_BAR: Final = 6.0
PYFTMS_BAR: Final = 15.0
TURNS: Final = 1_000
CALLS: Final = 200

Contender = tuple[Callable[[Any], object], object]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--quick", action="store_true", help="a tenth of the turns")
    options = parser.parse_args()
    turns = TURNS // 10 if options.quick else TURNS
    heading("FTMS codec, nanoseconds per call, best turn")
    for name, library in (("pyftms", "pyftms"), ("bluetooth-sig", "bluetooth_sig")):
        if installed(library) is None:
            row(name, f"not installed for Python {sys.version_info.major}.{sys.version_info.minor}")
    for name, (data, layout) in RECORDS.items():
        report(f"decode: {name}", decoders(bytes.fromhex(data), layout), turns)
    report(f"encode: {TYPICAL}", encoders(*RECORDS[TYPICAL]), turns)
    report("encode: target speed 2.30 km/h", speed_encoders(), turns)
    return 0


def decoders(data: bytes, layout: str) -> dict[str, Contender]:
    found: dict[str, Contender] = {
        FLOOR: (Struct(layout).unpack, data),
        OURS: (treadmill_data.decode, data),
    }
    if updater := installed("pyftms.client.backends.updater"):
        model = import_module("pyftms.models").TreadmillData
        handler = updater.DataUpdater(model, lambda event: None)
        found[PYFTMS] = (lambda raw: handler._on_notify(None, raw), bytearray(data))
    if sig := installed("bluetooth_sig.gatt.characteristics.treadmill_data"):
        found[BLUETOOTH_SIG] = (sig.TreadmillDataCharacteristic().parse_value, bytearray(data))
    return {name: each for name, each in found.items() if can(each)}


def encoders(data: str, layout: str) -> dict[str, Contender]:
    raw = bytes.fromhex(data)
    values = Struct(layout).unpack(raw)
    pack = Struct(layout).pack
    found: dict[str, Contender] = {
        FLOOR: (lambda row: pack(*row), values),
        OURS: (treadmill_data.encode, treadmill_data.decode(raw)),
    }
    if sig := installed("bluetooth_sig.gatt.characteristics.treadmill_data"):
        characteristic = sig.TreadmillDataCharacteristic()
        found[BLUETOOTH_SIG] = (
            characteristic.build_value,
            characteristic.parse_value(bytearray(raw)),
        )
    return {name: each for name, each in found.items() if can(each)}


def speed_encoders() -> dict[str, Contender]:
    pack = Struct("<BH").pack
    found: dict[str, Contender] = {
        FLOOR: (lambda speed: pack(2, speed), 230),
        OURS: (control_point.encode_request, control_point.SetTargetSpeed(230)),
    }
    if models := installed("pyftms.models"):

        def write(speed: float) -> bytes:
            out = io.BytesIO()
            code = models.ControlCode.SPEED
            models.ControlModel(code=code, target_speed=speed)._serialize(out)
            return out.getvalue()

        found["pyftms"] = (write, 2.3)
    return {name: each for name, each in found.items() if can(each)}


def report(what: str, contenders: dict[str, Contender], turns: int) -> None:
    print(f"  {what}, load {load()}")
    best = compare(contenders, turns)
    ours, floor = best[OURS], best[FLOOR]
    for name, ns in best.items():
        row(
            f"  {name}", f"{ns:8,.0f} ns   {ns / floor:6.1f} x one struct   {ns / ours:6.1f} x ours"
        )
    verdict(f"ours <= {FLOOR_BAR:.0f} x one struct", ours <= FLOOR_BAR * floor)
    if TYPICAL in what and PYFTMS in best:
        verdict(f"{PYFTMS} >= {PYFTMS_BAR:.0f} x ours", best[PYFTMS] >= PYFTMS_BAR * ours)


def compare(contenders: dict[str, Contender], turns: int) -> dict[str, float]:
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(turns):
        for name, (function, argument) in contenders.items():
            best[name] = min(best[name], turn(function, argument))
    return best


def turn(function: Callable[[Any], object], argument: object) -> float:
    """Return nanoseconds per call. Slow contenders get fewer calls for the same time."""
    begun_ns = perf_counter_ns()
    function(argument)
    calls = CALLS if perf_counter_ns() - begun_ns < 10_000 else CALLS // 10
    begun_ns = perf_counter_ns()
    for _ in repeat(None, calls):
        function(argument)
    return (perf_counter_ns() - begun_ns) / calls


def can(contender: Contender) -> bool:
    """Say whether a contender gets through at all: not all of them take every record."""
    function, argument = contender
    try:
        function(argument)
    except Exception as error:  # noqa: BLE001, what a library raises is its own affair
        print(f"  left out: {type(error).__name__}: {str(error)[:70]}")
        return False
    return True


def installed(module: str) -> Any:
    """Return a module, or None where it is not installed or does not run."""
    try:
        return import_module(module)
    except Exception:  # noqa: BLE001, pyftms 0.2 fails on import on Python 3.11
        return None


if __name__ == "__main__":
    sys.exit(main())
