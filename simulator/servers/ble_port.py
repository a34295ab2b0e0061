"""A machine on an air of its own, on a socket, as a port of the loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from simulator.air.link import Air
from simulator.air.server import AirServer
from simulator.air.where import Where, spell
from simulator.on_air import OnAir
from simulator.servers.ble_bumble import Peripheral
from simulator.servers.guest import Guest, SharedSelector
from simulator.servers.loop import Loop

_UNQUOTED: Final = ":/"


class BlePort:
    """Listens from the moment it is made; is on the air while it is `run`."""

    def __init__(self, where: Where, machine: OnAir) -> None:
        self._air = Air()
        self._machine = machine
        self._server = AirServer(self._air, where)
        self._peripheral: Peripheral | None = None
        self._guest: Guest | None = None

    @property
    def address(self) -> str:
        """As treadctl names it on a link."""
        where = self._server.where
        found = spell(where.absolute() if isinstance(where, Path) else where)
        assert self._peripheral is not None  # it has an address once it is on the air
        return f"ble://{self._peripheral.address}?radio=air:{quote(found, safe=_UNQUOTED)}"

    @property
    def has_client(self) -> bool:
        return self._peripheral is not None and self._peripheral.has_client

    def write(self, data: bytes) -> None:
        """It does not speak in bytes; see `speak`."""

    def set_strap(self, closed: bool) -> None:
        """There is no line to show it on."""

    def set_link(self, up: bool) -> None:
        """The machine drops its clients itself, and cannot be reached until it can."""

    def speak(self) -> None:
        """Pass on what the machine has said."""
        if self._peripheral is not None:
            self._peripheral.show()

    async def run(self, selector: SharedSelector, loop_for: Callable[[], Loop]) -> None:
        """Go on the air and run the loop until it ends. *loop_for* starts the clock."""
        self._peripheral = Peripheral(self._air, self._machine, self._on_client)
        await self._peripheral.start()
        await self._server.serve()
        self._guest = Guest(loop_for(), selector)
        try:
            await self._guest.run()
        finally:
            self._peripheral.close()
            self.close()
            # What was closed says so to its callbacks in the event loop's next round.
            await asyncio.sleep(0)

    def close(self) -> None:
        self._server.close()
        self._air.close()

    def _on_client(self, arrive: Callable[[], object]) -> None:
        if self._guest is not None:
            self._guest.happened(arrive)
