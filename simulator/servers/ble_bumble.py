"""The machine on the virtual air: a bumble peripheral that adds nothing of its own.

What is said, when, and in which order is the firmware's, so the attribute server of bumble is
kept for discovery and reads, and everything that can be early, late, twice or refused passes
through here: writes, their responses, notifications and indications.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Final

from bumble import att, gatt_server, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service

from simulator.air.link import SUPERVISION_TIMEOUT, Air, AirController
from simulator.gatt import Answered, AttError, Dropped, Kind, Outgoing, Said
from simulator.on_air import OnAir

ADVERTISES_EVERY_MS: Final = 50
HUNG_UP: Final = int(hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR)
_GENERALLY_DISCOVERABLE: Final = b"\x06"
_SUBSCRIBES: Final = 0x03
"""Either bit of a client's configuration."""

Happened = Callable[[Callable[[], object]], None]
"""Takes what a client has done, at the time it was done."""


@dataclass(slots=True, eq=False)
class _Client:
    number: int
    connection: Connection
    asked: dict[int, int] = field(default_factory=dict)
    """Writes that wait for a response: number to handle."""
    indications: deque[bytes] = field(default_factory=deque)
    """The first has been sent; the next follows its confirmation (ATT)."""


class Peripheral:
    """Make it in a running event loop, then `start` it."""

    def __init__(self, air: Air, machine: OnAir, happened: Happened) -> None:
        self._air = air
        self._machine = machine
        self._happened = happened
        self._clients: dict[Connection, _Client] = {}
        self._numbers = count()
        self._writes = count()
        service = machine.services[0].uuid
        self.address: Final = f"C0:{service >> 8:02X}:{service & 0xFF:02X}:00:00:01"
        self._controller = AirController(machine.name, link=air)
        self._device = Device.from_config_with_hci(
            DeviceConfiguration(name=machine.name, address=hci.Address(self.address)),
            self._controller,
            self._controller,
        )
        self._server = _Server(self._device, self)
        self._device.gatt_server = self._server
        self._device.add_default_services()
        self._uuids: dict[int, int] = {}
        self._handles: dict[int, int] = {}
        self._offer()
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)

    @property
    def has_client(self) -> bool:
        return bool(self._clients)

    async def start(self) -> None:
        """Advertise. From here on the virtual controller is told directly when to do so."""
        await self._device.power_on()
        await self._device.start_advertising(
            advertising_data=self._advertisement(),
            advertising_interval_min=ADVERTISES_EVERY_MS,
            advertising_interval_max=ADVERTISES_EVERY_MS,
        )
        self.show()

    def show(self) -> None:
        """Say what the machine has said, and be heard of only while it can be reached."""
        for outgoing in self._machine.collect():
            self._say(outgoing)
        reachable = self._machine.reachable
        if reachable is not self._controller.is_advertising:
            advertiser = self._controller.le_legacy_advertiser
            if reachable:
                advertiser.start()
            else:
                advertiser.stop()

    def close(self) -> None:
        """Vanish: whoever is connected misses it."""
        self._air.leave(self._controller)

    # What the machine does.

    def _say(self, outgoing: Outgoing) -> None:
        client = next(
            (each for each in self._clients.values() if each.number == outgoing.client), None
        )
        if client is None:
            return
        match outgoing:
            case Said(_, uuid, value, kind):
                handle = self._handles[uuid]
                value = value[: client.connection.att_mtu - 3]
                if kind is Kind.NOTIFICATION:
                    said = att.ATT_Handle_Value_Notification(
                        attribute_handle=handle, attribute_value=value
                    )
                    self._server.send_gatt_pdu(client.connection, bytes(said))
                else:
                    self._indicate(client, handle, value)
            case Answered(_, number, att_error):
                handle = client.asked.pop(number)
                self._server.respond(client.connection, handle, att_error)
            case Dropped():
                # A machine that hangs up says so; one that is out of reach or power cannot.
                reason = HUNG_UP if self._machine.reachable else SUPERVISION_TIMEOUT
                self._drop(client.connection, reason)

    def _indicate(self, client: _Client, handle: int, value: bytes) -> None:
        said = att.ATT_Handle_Value_Indication(attribute_handle=handle, attribute_value=value)
        client.indications.append(bytes(said))
        if len(client.indications) == 1:
            self._server.send_gatt_pdu(client.connection, client.indications[0])

    def _drop(self, connection: Connection, reason: int) -> None:
        mine = self._controller.find_le_connection_by_handle(connection.handle)
        if mine is not None:
            self._air.end(self._controller, mine, reason)

    # What a client does.

    def _on_connection(self, connection: Connection) -> None:
        client = _Client(next(self._numbers), connection)
        self._clients[connection] = client
        connection.on(connection.EVENT_DISCONNECTION, lambda _: self._on_end(client))
        connection.on(
            connection.EVENT_CONNECTION_ENCRYPTION_CHANGE, lambda: self._on_encryption(client)
        )

        def arrive() -> None:
            if not self._machine.connect(client.number):
                self._drop(connection, SUPERVISION_TIMEOUT)

        self._happened(arrive)

    def _on_end(self, client: _Client) -> None:
        self._clients.pop(client.connection, None)
        self._happened(lambda: self._machine.disconnect(client.number))

    def _on_encryption(self, client: _Client) -> None:
        if client.connection.is_encrypted:
            self._happened(lambda: self._machine.encrypt(client.number))

    def wrote(self, connection: Connection, handle: int, value: bytes, *, asks: bool) -> bool:
        """Whether this is for the machine. *asks*: it wants a response."""
        uuid, client = self._uuids.get(handle), self._clients.get(connection)
        if uuid is None or client is None:
            return False
        number = None
        if asks:
            number = next(self._writes)
            client.asked[number] = handle
        self._happened(lambda: self._machine.write(client.number, number, uuid, value))
        return True

    def subscribed(self, connection: Connection, handle: int, configuration: bytes) -> None:
        uuid, client = self._uuids.get(handle), self._clients.get(connection)
        if uuid is None or client is None or len(configuration) != 2:
            return
        on = bool(configuration[0] & _SUBSCRIBES)
        self._happened(lambda: self._machine.subscribe(client.number, uuid, on))

    def confirmed(self, connection: Connection) -> None:
        client = self._clients.get(connection)
        if client is None or not client.indications:
            return
        client.indications.popleft()
        if client.indications:
            self._server.send_gatt_pdu(connection, client.indications[0])

    def _read(self, uuid: int, connection: Connection) -> bytes:
        found: list[bytes] = []
        refused: list[AttError] = []

        def ask() -> None:
            try:
                found.append(self._machine.read(uuid))
            except AttError as error:
                refused.append(error)

        self._happened(ask)
        if refused:
            raise att.ATT_Error(error_code=att.ErrorCode(refused[0].code))
        return found[0]

    # What there is.

    def _offer(self) -> None:
        permissions = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE
        for service in self._machine.services:
            offered = [
                Characteristic[bytes](
                    UUID.from_16_bits(each.uuid),
                    Characteristic.Properties(each.properties.value),
                    # What may be done to it is the machine's to say.
                    permissions,
                    CharacteristicValue(read=partial(self._read, each.uuid)),
                )
                for each in service.characteristics
            ]
            self._device.add_service(Service(UUID.from_16_bits(service.uuid), offered))
            for each, made in zip(service.characteristics, offered, strict=True):
                self._uuids[made.handle] = each.uuid
                self._handles[each.uuid] = made.handle

    def _advertisement(self) -> bytes:
        kinds = AdvertisingData.Type
        said = self._machine.service_data
        parts: list[tuple[int, bytes]] = [
            (kinds.FLAGS, _GENERALLY_DISCOVERABLE),
            (
                kinds.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
                self._machine.services[0].uuid.to_bytes(2, "little"),
            ),
            *([(kinds.SERVICE_DATA_16_BIT_UUID, said)] if said else []),
            (kinds.COMPLETE_LOCAL_NAME, self._machine.name.encode()),
        ]
        return bytes(AdvertisingData(parts))


class _Server(gatt_server.Server):
    """bumble's attribute server, with the machine's own say in what is written."""

    def __init__(self, device: Device, peripheral: Peripheral) -> None:
        super().__init__(device)
        self._peripheral = peripheral

    def on_att_write_request(self, bearer: att.Bearer, request: att.ATT_Write_Request) -> None:
        if not self._takes(bearer, request.attribute_handle, request.attribute_value, asks=True):
            super().on_att_write_request(bearer, request)

    def on_att_write_command(self, bearer: att.Bearer, request: att.ATT_Write_Command) -> None:
        if not self._takes(bearer, request.attribute_handle, request.attribute_value, asks=False):
            super().on_att_write_command(bearer, request)

    def on_att_handle_value_confirmation(
        self, bearer: att.Bearer, confirmation: att.ATT_Handle_Value_Confirmation
    ) -> None:
        if isinstance(bearer, Connection):
            self._peripheral.confirmed(bearer)

    def write_cccd(
        self, bearer: att.Bearer, characteristic: Characteristic[bytes], value: bytes
    ) -> None:
        super().write_cccd(bearer, characteristic, value)
        if isinstance(bearer, Connection):
            self._peripheral.subscribed(bearer, characteristic.handle, value)

    def respond(self, bearer: att.Bearer, handle: int, att_error: int) -> None:
        response: att.ATT_PDU = att.ATT_Write_Response()
        if att_error:
            response = att.ATT_Error_Response(
                request_opcode_in_error=att.Opcode.ATT_WRITE_REQUEST,
                attribute_handle_in_error=handle,
                error_code=att_error,
            )
        self.send_response(bearer, response)

    def _takes(self, bearer: att.Bearer, handle: int, value: bytes, *, asks: bool) -> bool:
        return isinstance(bearer, Connection) and self._peripheral.wrote(
            bearer, handle, value, asks=asks
        )
