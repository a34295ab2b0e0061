"""An FTMS treadmill that does exactly as told, for previews (see `ideal.py`).

It says the rest by itself: what it is when the connection is there, and its speed ever after.
"""

from typing import Final

from firmware_protocols.ftms import control_point, uuids
from firmware_protocols.ftms.control_point import (
    BadRequest,
    Response,
    ResultCode,
    SetTargetSpeed,
    StartOrResume,
    StopOrPause,
)
from firmware_protocols.ftms.envelope import (
    NOBODY,
    CarrierDecoder,
    Ready,
    Record,
    Value,
    Write,
    Written,
    encode,
)
from firmware_protocols.ftms.features import (
    Features,
    MachineFeature,
    RangeKind,
    SupportedRange,
    TargetFeature,
    encode_features,
    encode_range,
)
from firmware_protocols.ftms.machine_status import MachineStatus
from firmware_protocols.ftms.machine_status import encode as encode_status
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData
from firmware_protocols.ftms.treadmill_data import encode as encode_data
from treadctl.composition.ideal import IdealBelt

DATA_MS: Final = 500
"""As machines of the better kind do; the specification says a second."""
RANGE: Final = SupportedRange(RangeKind.SPEED, 50, 2_000, 10)
"""What most state. The one at hand may have coarser steps, and says so when it is connected."""
_FEATURES: Final = Features(MachineFeature(0), TargetFeature.SPEED)


class IdealFtms:
    """One obedient machine with a closed strap."""

    def __init__(self, belt: IdealBelt | None = None) -> None:
        self.strap_closed = True
        self.link_up = True
        self._decoder = CarrierDecoder()
        self.belt = belt or IdealBelt()
        self._waiting: list[Record] = [
            Value(uuids.FITNESS_MACHINE_FEATURE, encode_features(_FEATURES)),
            Value(uuids.SPEED_RANGE, encode_range(RANGE)),
            Ready(),
        ]
        self._data_due_ms = 0

    @property
    def speed_ckmh(self) -> int:
        return self.belt.speed_ckmh

    def advance(self, to_ms: int, from_host: bytes) -> bytes:
        self._decoder.receive_data(from_host)
        for record in self._decoder.records():
            if isinstance(record, Write):
                self._obey(record)
        self.belt.advance(to_ms)
        if to_ms >= self._data_due_ms:
            self._data_due_ms = to_ms + DATA_MS
            data = TreadmillData(
                Flag.ELAPSED_TIME, self.belt.shown_ckmh, elapsed_s=self.belt.clock_ms // 1_000
            )
            self._waiting.append(Value(uuids.TREADMILL_DATA, encode_data(data)))
        said, self._waiting = self._waiting, []
        return b"".join(map(encode, said))

    def tell(self, status: MachineStatus) -> None:
        """Have the machine say what somebody has done to it."""
        self._waiting.append(Value(uuids.MACHINE_STATUS, encode_status(status)))

    def act(self, name: str) -> None:
        if name in ("strap-pull", "strap-clip"):
            self.strap_closed = name == "strap-clip"

    def _obey(self, write: Write) -> None:
        request = control_point.decode_request(write.value)
        match request:
            case StartOrResume():
                self.belt.engaged = True
                self.belt.target_ckmh = RANGE.minimum or 0
            case SetTargetSpeed(speed_ckmh):
                self.belt.target_ckmh = speed_ckmh
            case StopOrPause():
                self.belt.stop()
            case _:
                pass
        if write.number != NOBODY:
            self._waiting.append(Written(write.number))
        if not isinstance(request, BadRequest):
            answer = Response(control_point.op_of(request), ResultCode.SUCCESS)
            self._waiting.append(Value(uuids.CONTROL_POINT, control_point.encode_response(answer)))
