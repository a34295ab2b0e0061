"""What advertises over Bluetooth, for somebody who writes down an address. Connects to nothing."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from firmware_protocols.ftms import profiles, uuids
from firmware_protocols.ftms.advertising import MachineType, decode_service_data
from treadctl.drivers import radios
from treadctl.errors import LinkError

if TYPE_CHECKING:
    from treadctl.drivers import ble_link

NO_BLEAK: Final = (
    "Bluetooth needs a package that is not installed. Install it: pip install 'treadctl[ble]'."
)
_TYPES: Final = {
    MachineType.TREADMILL: "treadmill",
    MachineType.CROSS_TRAINER: "cross trainer",
    MachineType.STEP_CLIMBER: "step climber",
    MachineType.STAIR_CLIMBER: "stair climber",
    MachineType.ROWER: "rower",
    MachineType.INDOOR_BIKE: "indoor bike",
}
FITNESS_MACHINE: Final = "fitness machine"
"""It does not say of which type: many do not, and a treadmill may be among them (ftms.md 5)."""
HEART_RATE: Final = "heart-rate strap"
FOOT_POD: Final = "foot pod"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Device:
    """Whoever was heard, as it describes itself."""

    address: str
    name: str
    type: str
    signal_dbm: int
    available: bool | None
    """What it says about being free; None where it says nothing."""
    profile_hint: str | None
    """A profile for machines of such names, for a person to look into."""

    @property
    def may_be_treadmill(self) -> bool:
        return self.type in (_TYPES[MachineType.TREADMILL], FITNESS_MACHINE)


def scan(radio: str, seconds: float) -> list[Device]:
    """Listen for that long. Treadmills first, and the nearest of them first.

    Raises:
        LinkError: there is nothing to listen with, and what to do.
    """
    try:
        from treadctl.drivers.ble_link import listen
    except ImportError as error:
        raise LinkError(NO_BLEAK) from error
    heard: dict[str, Device] = {}

    def hear(found: "ble_link.Heard") -> None:
        device = _device(found)
        before = heard.get(device.address)
        # Names come in a second packet, which may leave out what the first one said.
        if before is None or before.type == UNKNOWN or (device.name and device.type != UNKNOWN):
            heard[device.address] = device

    try:
        asyncio.run(listen(radios.radio_for(radio), seconds, hear))
    except LinkError as error:
        raise LinkError(f"{error}.") from error
    return sorted(heard.values(), key=_nearest_treadmill)


def _device(found: "ble_link.Heard") -> Device:
    kind, available = UNKNOWN, None
    told = found.service_data.get(uuids.FITNESS_MACHINE_SERVICE)
    if told is not None:
        shout = decode_service_data(told)
        names = [spelled for bit, spelled in _TYPES.items() if bit in shout.types]
        kind, available = ", ".join(names) or FITNESS_MACHINE, shout.available
    elif uuids.FITNESS_MACHINE_SERVICE in found.services:
        kind = FITNESS_MACHINE
    elif uuids.HEART_RATE_SERVICE in found.services:
        kind = HEART_RATE
    elif uuids.RUNNING_SPEED_SERVICE in found.services:
        kind = FOOT_POD
    row = profiles.hint(found.name)
    return Device(
        found.address.upper(),
        found.name,
        kind,
        found.rssi_dbm,
        available,
        row.name if row else None,
    )


def _nearest_treadmill(device: Device) -> tuple[bool, bool, int, str]:
    return (
        not device.may_be_treadmill,
        device.type == UNKNOWN,
        -device.signal_dbm,
        device.address,
    )
