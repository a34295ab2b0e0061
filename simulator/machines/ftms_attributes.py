"""The attributes of an FTMS treadmill, and what they say when read (ftms.md 1, 2.1 and 7)."""

from struct import pack
from typing import Final

from simulator.gatt import Characteristic, Property, Service
from simulator.machines.ftms_character import Character
from simulator.machines.ftms_record import FEATURES

FEATURE: Final = 0x2ACC
DATA: Final = 0x2ACD
TRAINING: Final = 0x2AD3
SPEED_RANGE: Final = 0x2AD4
INCLINE_RANGE: Final = 0x2AD5
CONTROL_POINT: Final = 0x2AD9
STATUS: Final = 0x2ADA
MAKER: Final = 0x2A29
MODEL: Final = 0x2A24
REVISION: Final = 0x2A26

TARGETS: Final = 0x0000_0003
"""2ACC, second word: speed and incline can be set."""
MAX_INCLINE_PERMILLE: Final = 150
INCLINE_STEP_PERMILLE: Final = 5


def services(character: Character) -> tuple[Service, ...]:
    read, notify = Property.READ, Property.NOTIFY
    commands = Property.WRITE | Property.INDICATE
    if character.write_commands:
        commands |= Property.WRITE_COMMAND
    return (
        Service(
            0x1826,
            (
                Characteristic(FEATURE, read),
                Characteristic(DATA, notify),
                Characteristic(TRAINING, read | notify),
                Characteristic(SPEED_RANGE, read),
                Characteristic(INCLINE_RANGE, read),
                Characteristic(CONTROL_POINT, commands),
                Characteristic(STATUS, notify),
            ),
        ),
        Service(0x180A, tuple(Characteristic(each, read) for each in (MAKER, MODEL, REVISION))),
    )


def constants(character: Character, min_digits: int, max_digits: int) -> dict[int, bytes]:
    """Return what never changes, by its number."""
    return {
        FEATURE: pack("<II", FEATURES[character.records], TARGETS),
        SPEED_RANGE: pack("<HHH", min_digits, max_digits, character.step_digits),
        INCLINE_RANGE: pack("<hhH", 0, MAX_INCLINE_PERMILLE, INCLINE_STEP_PERMILLE),
        MAKER: b"treadctl",
        MODEL: character.model.encode(),
        REVISION: b"1",
    }
