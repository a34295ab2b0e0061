"""What a machine offers, from bumble's words into bleak's."""

from collections.abc import Callable
from typing import Final

from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import AdvertisementData
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.uuids import normalize_uuid_16
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Peer
from bumble.gatt import Characteristic

_BITS: Final[tuple[tuple[Characteristic.Properties, CharacteristicPropertyName], ...]] = (
    (Characteristic.Properties.BROADCAST, "broadcast"),
    (Characteristic.Properties.READ, "read"),
    (Characteristic.Properties.WRITE_WITHOUT_RESPONSE, "write-without-response"),
    (Characteristic.Properties.WRITE, "write"),
    (Characteristic.Properties.NOTIFY, "notify"),
    (Characteristic.Properties.INDICATE, "indicate"),
)
_SERVICES: Final = (
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


async def discover(
    peer: Peer, wanted: set[str] | None, write_max: Callable[[], int]
) -> BleakGATTServiceCollection:
    """Ask for services, characteristics and descriptors; *write_max* is the room in a packet."""
    found = BleakGATTServiceCollection()
    for service in await peer.discover_services():
        uuid = spelled(service.uuid)
        if wanted is not None and uuid not in wanted:
            continue
        place = BleakGATTService(service, service.handle, uuid)
        found.add_service(place)
        for each in await service.discover_characteristics():
            properties = [name for bit, name in _BITS if bit in each.properties]
            characteristic = BleakGATTCharacteristic(
                each, each.handle, spelled(each.uuid), properties, write_max, place
            )
            found.add_characteristic(characteristic)
            for descriptor in await each.discover_descriptors():
                found.add_descriptor(
                    BleakGATTDescriptor(
                        descriptor, descriptor.handle, spelled(descriptor.type), characteristic
                    )
                )
    return found


def heard(advertisement: Advertisement) -> AdvertisementData:
    data = advertisement.data
    name = data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME) or data.get(
        AdvertisingData.Type.SHORTENED_LOCAL_NAME
    )
    return AdvertisementData(
        local_name=name,
        manufacturer_data=dict(data.get_all(AdvertisingData.Type.MANUFACTURER_SPECIFIC_DATA)),
        service_data={
            spelled(uuid): bytes(value)
            for uuid, value in data.get_all(AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID)
        },
        service_uuids=list(
            # Once each: the virtual controller says everything again as its scan response.
            dict.fromkeys(
                spelled(uuid) for kind in _SERVICES for told in data.get_all(kind) for uuid in told
            )
        ),
        tx_power=data.get(AdvertisingData.Type.TX_POWER_LEVEL),
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


def spelled(uuid: UUID) -> str:
    """Return the 128-bit form in lower case, as bleak keeps every UUID."""
    if len(uuid.uuid_bytes) == 2:
        return normalize_uuid_16(int.from_bytes(uuid.uuid_bytes, "little"))
    return uuid.to_hex_str("-").lower()
