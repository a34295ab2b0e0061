"""A backend for `bleak.BleakScanner`: who advertises on the virtual air."""

from typing import Any, Literal

from bleak.backends.scanner import AdvertisementDataCallback, BaseBleakScanner
from bleak.exc import BleakError
from bumble.device import Advertisement, Device

from simulator.air.discovery import heard
from simulator.air.host import Host
from simulator.air.where import Where


class AirScanner(BaseBleakScanner):
    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None = None,
        service_uuids: list[str] | None = None,
        scanning_mode: Literal["active", "passive"] = "active",
        *,
        air: Where,
        **kwargs: Any,
    ) -> None:
        """*air* is where the air is; bleak hands it on from `BleakScanner(..., air=...)`."""
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"
        self._air = air
        self._host: Host | None = None

    async def start(self) -> None:
        if self._host is not None:
            raise BleakError("scanning has been started already")
        self.seen_devices = {}
        # An air that goes away falls silent, as the real one does.
        self._host = await Host.open(self._air, lost=lambda: None)
        self._host.device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        try:
            await self._host.scan(active=self._active)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Its host leaves the air, which ends the scan as well."""
        if self._host is not None:
            self._host.close()
            self._host = None

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = heard(advertisement)
        if self._host is None or not self.is_allowed_uuid(data.service_uuids):
            return
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(
            address, address, data.local_name, advertisement.address, data
        )
        self.call_detection_callbacks(device, data)
