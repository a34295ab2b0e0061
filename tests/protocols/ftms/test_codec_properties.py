"""What holds for any bytes and any value, in every codec of this folder."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import (
    advertising,
    control_point,
    features,
    heart_rate,
    machine_status,
    rsc,
    training_status,
    treadmill_data,
)
from firmware_protocols.ftms._layout import fields_of, form_of
from firmware_protocols.ftms.features import RangeKind
from firmware_protocols.ftms.more_data import Assembler, encode_parts
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData

DECODERS: Final[dict[str, Callable[[bytes], object]]] = {
    "advertisement": advertising.decode_advertisement,
    "service data": advertising.decode_service_data,
    "features": features.decode_features,
    **{kind.name: lambda data, kind=kind: features.decode_range(kind, data) for kind in RangeKind},  # type: ignore[misc]
    "heart rate": heart_rate.decode,
    "location": heart_rate.decode_location,
    "machine status": machine_status.decode,
    "request": control_point.decode_request,
    "response": control_point.decode_response,
    "rsc": rsc.decode,
    "training status": training_status.decode,
    "treadmill data": treadmill_data.decode,
}
ANY_BYTES: Final = st.binary(max_size=64)


@pytest.mark.parametrize("name", DECODERS)
@given(ANY_BYTES)
def test_no_bytes_raise(name: str, data: bytes) -> None:
    first = DECODERS[name](data)
    assert DECODERS[name](data) == first


@st.composite
def records(draw: st.DrawFn, *, whole: bool = False) -> TreadmillData:
    """Records a machine can say: what its flags announce, in range, or not available."""
    flags = draw(st.integers(0, 0x3FFF)) & (~Flag.MORE_DATA if whole else 0x3FFF)
    values: dict[str, int | None] = {}
    for field in fields_of(flags, wide_pace=draw(st.booleans())):
        low = -(1 << 8 * field.size - 1) if field.signed else 0
        high = (1 << 8 * field.size) + low - 1
        number = draw(st.integers(low, high))
        values[field.name] = None if number in field.unavailable else number
    row = (values.get(name) for name in TreadmillData._fields[1:-1])
    return TreadmillData._make((flags, *row, ()))


@given(records())
def test_a_record_goes_there_and_back(record: TreadmillData) -> None:
    assert treadmill_data.decode(treadmill_data.encode(record)) == record


@given(records(whole=True), st.integers(10, 60))
def test_a_record_in_parts_is_the_same_record(record: TreadmillData, part_max_bytes: int) -> None:
    assembler = Assembler()
    *early, last = (treadmill_data.decode(part) for part in encode_parts(record, part_max_bytes))
    for part in early:
        assert assembler.receive(0, part) is None
    assert assembler.receive(0, last) == record


@given(st.integers(0, 0xFFFF), st.binary(max_size=48))
def test_the_compiled_reader_reads_what_the_table_says(flags: int, body: bytes) -> None:
    record = treadmill_data.decode(flags.to_bytes(2, "little") + body)
    form = form_of(flags, 2 + len(body))
    at = 0
    expected: dict[str, int | None] = {}
    for field in form.fields:
        raw = body[at : at + field.size]
        at += field.size
        value = int.from_bytes(raw, "little", signed=field.signed)
        expected[field.name] = None if value in field.unavailable else value
    assert at + form.trailing == len(body)
    assert record == TreadmillData(flags, anomalies=form.anomalies)._replace(**expected)  # type: ignore[arg-type]


@given(st.binary(min_size=2, max_size=48))
def test_the_speed_survives_whatever_is_wrong(data: bytes) -> None:
    record = treadmill_data.decode(data)
    has_speed = not data[0] & 1 and len(data) >= 4
    assert record.speed_ckmh == (int.from_bytes(data[2:4], "little") if has_speed else None)


@given(ANY_BYTES)
def test_a_request_that_is_understood_is_the_only_way_to_say_it(data: bytes) -> None:
    request = control_point.decode_request(data)
    if not isinstance(request, control_point.BadRequest):
        assert control_point.encode_request(request) == data
    elif data:
        assert request.op == data[0]


@given(ANY_BYTES)
def test_a_response_that_is_understood_is_the_only_way_to_say_it(data: bytes) -> None:
    response = control_point.decode_response(data[:20])
    if isinstance(response, control_point.Response):
        assert control_point.encode_response(response) == data[:20]


@given(ANY_BYTES)
def test_a_status_without_anomalies_is_the_only_way_to_say_it(data: bytes) -> None:
    status = machine_status.decode(data)
    assert status.code == (data[0] if data else 0)
    if not status.anomalies:
        assert machine_status.encode(status) == data


@given(ANY_BYTES)
def test_a_heart_rate_without_anomalies_keeps_its_meaning(data: bytes) -> None:
    rate = heart_rate.decode(data)
    if not rate.anomalies:
        assert heart_rate.decode(heart_rate.encode(rate)) == rate


@given(st.integers())
def test_a_speed_is_sent_as_it_is_or_not_at_all(speed_ckmh: int) -> None:
    request = control_point.SetTargetSpeed(speed_ckmh)
    if 0 <= speed_ckmh <= 0xFFFF:
        assert control_point.encode_request(request) == b"\x02" + speed_ckmh.to_bytes(2, "little")
    else:
        with pytest.raises(LocalProtocolError):
            control_point.encode_request(request)


@given(st.one_of(st.floats(), st.text(), st.booleans(), st.none()))
def test_sr15_only_a_whole_number_is_a_speed(speed: Any) -> None:
    with pytest.raises(LocalProtocolError):
        control_point.encode_request(control_point.SetTargetSpeed(speed))
