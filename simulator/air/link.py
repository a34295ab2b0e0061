"""The air itself: what one controller sends, another hears. Later, or never, if told so.

bumble's link is perfect and has no time in it. This one has a delay, can fall silent, and can
break a connection the way a lost one ends: both sides see the supervision time-out.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from bumble import hci, ll
from bumble.controller import Connection as LinkConnection
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

SUPERVISION_TIMEOUT: Final = int(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
"""How a connection ends that nobody ended."""

_WITHOUT: Final = (
    # A host that finds these uses commands that bumble's controller answers only in part.
    hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
)


class AirController(Controller):
    """bumble's virtual controller, with a connection attempt that can be taken back."""

    le_features = Controller.le_features & ~_WITHOUT

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Forget the attempt, or it would take the treadmill whenever that appears."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        ended = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        # The command is answered first, then the attempt ends (core, vol. 4 part E, 7.8.13).
        asyncio.get_running_loop().call_soon(self.send_hci_packet, ended)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class Air(LocalLink):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.delay_ms = 0.0
        """From one controller to another, each way. A change does not reorder what is under way."""
        self.silent = False
        """Nothing is heard by anybody, and connections stay up for as long as nobody looks."""
        self._under_way: deque[tuple[float, Callable[[], None]]] = deque()
        self._arrival: asyncio.TimerHandle | None = None

    def drop(self, controller: Controller, reason: int = SUPERVISION_TIMEOUT) -> None:
        """End every connection of *controller*, as if it were out of range."""
        for connection in list(controller.le_connections.values()):
            self.end(controller, connection, reason)

    def end(
        self, controller: Controller, connection: LinkConnection, reason: int = SUPERVISION_TIMEOUT
    ) -> None:
        """End one connection of *controller*, on both sides."""
        peer = self.find_le_controller(connection.peer_address)
        other = None if peer is None else peer.le_connections.get(connection.self_address)
        if peer is not None and other is not None:
            peer.on_le_disconnected(other, reason)
        controller.on_le_disconnected(connection, reason)

    def leave(self, controller: Controller) -> None:
        """Take *controller* out of the air; its host is gone and hears no more."""
        controller.host = None
        controller.le_scan_enable = False
        controller.pending_le_connection = None
        controller.le_legacy_advertiser.stop()
        self.drop(controller)
        self.controllers.discard(controller)

    def close(self) -> None:
        """Let nothing arrive any more."""
        self._under_way.clear()
        if self._arrival is not None:
            self._arrival.cancel()

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        if not self.silent:
            send = super().send_acl_data
            self._carry(lambda: send(sender_controller, destination_address, transport, data))

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        if not self.silent:
            super().send_advertising_pdu(sender_controller, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        send = super().send_ll_control_pdu

        def arrive() -> None:
            receiver = self.find_le_controller(receiver_address)
            # It may have left the air, or lost this connection, while the packet was under way.
            if receiver is not None and sender_address in receiver.le_connections:
                send(sender_address, receiver_address, packet)

        # Even into silence: whoever hangs up is gone, and a real one would be missed soon.
        self._carry(arrive)

    def _carry(self, arrive: Callable[[], None]) -> None:
        """One queue for everything: two timers of the same moment fire in any order."""
        if self.delay_ms == 0.0 and not self._under_way:
            arrive()
            return
        now_s = asyncio.get_running_loop().time()
        due_s = now_s + self.delay_ms / 1000.0
        if self._under_way:
            due_s = max(due_s, self._under_way[-1][0])
        self._under_way.append((due_s, arrive))
        if self._arrival is None:
            self._wait()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._arrival = loop.call_at(self._under_way[0][0], self._arrive)

    def _arrive(self) -> None:
        now_s = asyncio.get_running_loop().time()
        self._arrival = None
        while self._under_way and self._under_way[0][0] <= now_s:
            self._under_way.popleft()[1]()
        if self._under_way:
            self._wait()
