"""The way in for bleak programs: a radio by name, or in place of the system's.

`radio` is the entry point "air" of the group `treadctl.radios`. A program that cannot be told
which backend to use gets it by `install`, before it makes its first client.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import bleak
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from simulator.air.client import AirClient
from simulator.air.scanner import AirScanner
from simulator.air.where import parse


@dataclass(frozen=True, slots=True)
class Radio:
    """``BleakClient(device, backend=radio.client, **radio.arguments)``; a scanner likewise."""

    client: type[BaseBleakClient]
    scanner: type[BaseBleakScanner]
    arguments: Mapping[str, Any]


def radio(where: str) -> Radio:
    """Return the radio on the air at *where*: ``unix:PATH`` or ``tcp:HOST:PORT``.

    Raises:
        ValueError: it is neither.
    """
    return Radio(AirClient, AirScanner, {"air": parse(where)})


def install(where: str) -> None:
    """Have every later `BleakClient` and `BleakScanner` of this process use the air at *where*.

    Raises:
        ValueError: it is neither ``unix:PATH`` nor ``tcp:HOST:PORT``.
    """
    chosen = radio(where)
    client = partial(chosen.client, **chosen.arguments)
    scanner = partial(chosen.scanner, **chosen.arguments)
    # bleak asks these for what its own classes are made of, once per instance.
    vars(bleak).update(
        get_platform_client_backend_type=lambda: (client, AirClient.__name__),
        get_platform_scanner_backend_type=lambda: (scanner, AirScanner.__name__),
    )
