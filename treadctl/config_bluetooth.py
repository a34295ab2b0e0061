"""A treadmill over Bluetooth: its address, the radio that reaches it, and what it is known to be.

The address chooses which belt moves, so it is written down and never searched for. The profile is
left out where the machine may be taken for what it says it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from firmware_protocols.ftms.profiles import PROFILES
from treadctl import ble_url
from treadctl.ble_url import BleUrl
from treadctl.config_problems import Complaints, KeyPath, shown
from treadctl.errors import LinkError

KEYS: Final = ("address", "radio", "profile")


@dataclass(frozen=True, slots=True)
class BluetoothConfig:
    """How one treadmill is reached over Bluetooth."""

    url: BleUrl
    profile: str = ""
    """Empty: by what the machine says of itself."""

    @property
    def reports_safety_key(self) -> bool:
        """Whether this machine is known, by name, to say that its key was pulled."""
        row = PROFILES.get(self.profile)
        return row is not None and row.quirks.reports_safety_key


def read_bluetooth(
    complaints: Complaints, path: KeyPath, entry: Mapping[str, object]
) -> BluetoothConfig | None:
    """What *entry* says, or None after a complaint."""
    address = _read_address(complaints, path, entry)
    radio = _read_radio(complaints, path, entry)
    profile = _read_profile(complaints, path, entry)
    if address is None or radio is None or profile is None:
        return None
    return BluetoothConfig(BleUrl(address, radio), profile)


def _read_address(complaints: Complaints, path: KeyPath, entry: Mapping[str, object]) -> str | None:
    remedy = "Write the treadmill's Bluetooth address, as `treadctl devices scan` shows it"
    address = entry.get("address")
    if address is None:
        complaints.add((*path, "address"), "is missing", remedy)
    elif not isinstance(address, str):
        complaints.add((*path, "address"), f"{shown(address)} is not an address", remedy)
    elif (problem := ble_url.address_problem(address)) is not None:
        complaints.add((*path, "address"), f"{shown(address)} {problem}", remedy)
    else:
        return address.upper()
    return None


def _read_radio(complaints: Complaints, path: KeyPath, entry: Mapping[str, object]) -> str | None:
    remedy = "Leave it out for this computer's own Bluetooth, or write for instance air:unix:PATH"
    radio = entry.get("radio")
    if radio is None:
        return ""
    if not isinstance(radio, str):
        complaints.add((*path, "radio"), f"{shown(radio)} is not a radio", remedy)
    elif (problem := ble_url.radio_problem(radio)) is not None:
        complaints.add((*path, "radio"), f"{shown(radio)} {problem}", remedy)
    else:
        return radio
    return None


def _read_profile(complaints: Complaints, path: KeyPath, entry: Mapping[str, object]) -> str | None:
    profile = entry.get("profile")
    if profile is None:
        return ""
    if isinstance(profile, str) and profile in PROFILES:
        return profile
    complaints.add(
        (*path, "profile"),
        f"{shown(profile)} is not known",
        "Leave it out to go by what the machine says of itself, or choose one of: "
        f"{', '.join(PROFILES)}",
    )
    return None


def read_heart_rate(
    complaints: Complaints, path: KeyPath, entry: Mapping[str, object], reports: bool
) -> str:
    """Where the heart rate is read at this treadmill; empty: nowhere, or after a complaint.

    *reports*: there are machines of this protocol that read one themselves.
    """
    remedy = "Write the sensor's Bluetooth address, as `treadctl devices scan` shows it"
    where = entry.get("heart_rate", "")
    if where == "machine" and reports:
        return "machine"
    if where == "machine":
        complaints.add((*path, "heart_rate"), "'machine' is not told by this protocol", remedy)
    elif not isinstance(where, str) or (where == "" and "heart_rate" in entry):
        complaints.add((*path, "heart_rate"), f"{shown(where)} is not an address", remedy)
    elif where:
        try:
            ble_url.sensor(where, "")
        except LinkError as error:
            complaints.add((*path, "heart_rate"), str(error), remedy)
        else:
            return where
    return ""
