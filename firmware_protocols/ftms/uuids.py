"""The 16-bit numbers of the services and characteristics a treadmill has (ftms.md 1, 6)."""

from typing import Final

FITNESS_MACHINE_SERVICE: Final = 0x1826
DEVICE_INFORMATION_SERVICE: Final = 0x180A
HEART_RATE_SERVICE: Final = 0x180D
RUNNING_SPEED_SERVICE: Final = 0x1814

FITNESS_MACHINE_FEATURE: Final = 0x2ACC
TREADMILL_DATA: Final = 0x2ACD
TRAINING_STATUS: Final = 0x2AD3
SPEED_RANGE: Final = 0x2AD4
INCLINATION_RANGE: Final = 0x2AD5
RESISTANCE_RANGE: Final = 0x2AD6
HEART_RATE_RANGE: Final = 0x2AD7
POWER_RANGE: Final = 0x2AD8
CONTROL_POINT: Final = 0x2AD9
MACHINE_STATUS: Final = 0x2ADA

HEART_RATE_MEASUREMENT: Final = 0x2A37
BODY_SENSOR_LOCATION: Final = 0x2A38
RSC_MEASUREMENT: Final = 0x2A53

MODEL_NUMBER: Final = 0x2A24
FIRMWARE_REVISION: Final = 0x2A26
MANUFACTURER_NAME: Final = 0x2A29

_BASE: Final = "-0000-1000-8000-00805f9b34fb"


def full(number: int) -> str:
    """Return the 128-bit form, as Bluetooth libraries spell it."""
    return f"{number:08x}{_BASE}"


def short(uuid: str) -> int | None:
    """Return the 16-bit number of a 128-bit UUID, or None for a vendor's own."""
    head, tail = uuid[:8].lower(), uuid[8:].lower()
    if tail != _BASE or not head.startswith("0000") or set(head) - set("0123456789abcdef"):
        return None
    return int(head, 16)
