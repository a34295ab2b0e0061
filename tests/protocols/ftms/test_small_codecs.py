"""Advertising, training status, heart rate, running speed (ftms.md 2.3, 5, 6), and UUIDs."""

from typing import Final

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import advertising, heart_rate, rsc, training_status, uuids
from firmware_protocols.ftms.advertising import MachineType, ServiceData
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.heart_rate import BodyLocation, Contact, HeartRate
from firmware_protocols.ftms.rsc import RscMeasurement
from firmware_protocols.ftms.training_status import TrainingCode, TrainingStatus

TREADMILL: Final = ServiceData(available=True, types=MachineType.TREADMILL)


def test_a_treadmill_shouts_26_18_01_01_00() -> None:
    wire = bytes.fromhex("2618010100")
    assert advertising.decode_advertisement(wire) == TREADMILL
    assert advertising.decode_service_data(wire[2:]) == TREADMILL
    assert advertising.encode_advertisement(TREADMILL) == wire
    assert advertising.encode_service_data(TREADMILL) == wire[2:]


@pytest.mark.parametrize("data", ["", "26", "0d18010100"])
def test_the_service_data_of_another_service_is_none_of_ours(data: str) -> None:
    assert advertising.decode_advertisement(bytes.fromhex(data)) is None


@pytest.mark.parametrize(
    ("data", "shout"),
    [
        ("", ServiceData(False, MachineType(0), (Anomaly(Oddity.TOO_SHORT, "flags"),))),
        ("01", ServiceData(True, MachineType(0), (Anomaly(Oddity.TRUNCATED, "machine type"),))),
        ("0101", ServiceData(True, MachineType(0), (Anomaly(Oddity.TRUNCATED, "machine type"),))),
        ("000300", ServiceData(False, MachineType.TREADMILL | MachineType.CROSS_TRAINER)),
        ("030100", ServiceData(True, MachineType(1), (Anomaly(Oddity.RESERVED, "flags 0x03"),))),
        ("01010099", ServiceData(True, MachineType(1), (Anomaly(Oddity.EXTRA_BYTES, "1"),))),
        ("010080", ServiceData(True, MachineType(0x8000))),
    ],
)
def test_odd_service_data_says_what_it_can(data: str, shout: ServiceData) -> None:
    assert advertising.decode_service_data(bytes.fromhex(data)) == shout


def test_the_types_are_those_of_the_table() -> None:
    assert [(each.name, each.value) for each in MachineType] == [
        ("TREADMILL", 1),
        ("CROSS_TRAINER", 2),
        ("STEP_CLIMBER", 4),
        ("STAIR_CLIMBER", 8),
        ("ROWER", 16),
        ("INDOOR_BIKE", 32),
    ]


def test_a_type_has_sixteen_bits() -> None:
    with pytest.raises(LocalProtocolError):
        advertising.encode_service_data(ServiceData(True, MachineType(1 << 16)))


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("0001", TrainingStatus(TrainingCode.IDLE)),
        ("010d6f6b", TrainingStatus(TrainingCode.MANUAL, "ok")),
        ("030dc3a4", TrainingStatus(TrainingCode.MANUAL, "ä", has_more_text=True)),
    ],
)
def test_training_status_both_ways(data: str, status: TrainingStatus) -> None:
    assert training_status.decode(bytes.fromhex(data)) == status
    assert training_status.encode(status).hex() == data


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ("", TrainingStatus(0, anomalies=(Anomaly(Oddity.TOO_SHORT, "flags"),))),
        ("01", TrainingStatus(0, anomalies=(Anomaly(Oddity.TRUNCATED, "status"),))),
        ("010d", TrainingStatus(13, anomalies=(Anomaly(Oddity.TRUNCATED, "text"),))),
        ("0010", TrainingStatus(0x10, anomalies=(Anomaly(Oddity.RESERVED, "status 0x10"),))),
        ("8001", TrainingStatus(1, anomalies=(Anomaly(Oddity.RESERVED, "flags 0x80"),))),
        ("00016f", TrainingStatus(1, anomalies=(Anomaly(Oddity.EXTRA_BYTES, "1"),))),
        (
            "020d6f",
            TrainingStatus(13, "o", has_more_text=True),
        ),
        ("010d6fff", TrainingStatus(13, "o\ufffd", anomalies=(Anomaly(Oddity.BAD_TEXT),))),
    ],
)
def test_odd_training_status_says_what_it_can(data: str, status: TrainingStatus) -> None:
    assert training_status.decode(bytes.fromhex(data)) == status


def test_there_are_sixteen_training_codes() -> None:
    assert [code.value for code in TrainingCode] == list(range(16))
    with pytest.raises(LocalProtocolError):
        training_status.encode(TrainingStatus(256))


@pytest.mark.parametrize(
    ("data", "rate"),
    [
        ("105a0004", HeartRate(90, beats_1024=(1024,))),
        ("0648", HeartRate(72, Contact.PRESENT)),
        ("0060", HeartRate(96)),
        ("012c01", HeartRate(300)),
        ("1e600a0000040104", HeartRate(96, Contact.PRESENT, 10, (1024, 1025))),
    ],
)
def test_heart_rate_both_ways(data: str, rate: HeartRate) -> None:
    assert heart_rate.decode(bytes.fromhex(data)) == rate
    assert heart_rate.encode(rate).hex() == data


@pytest.mark.parametrize("data", ["0000", "010000", "0448", "0400", "0548ff"])
def test_sr46_no_contact_or_zero_is_no_heart_rate(data: str) -> None:
    assert heart_rate.decode(bytes.fromhex(data)).bpm is None


@pytest.mark.parametrize(
    ("data", "rate"),
    [
        ("", HeartRate(None, anomalies=(Anomaly(Oddity.TOO_SHORT, "flags"),))),
        ("00", HeartRate(None, anomalies=(Anomaly(Oddity.TRUNCATED, "heart rate"),))),
        ("0160", HeartRate(None, anomalies=(Anomaly(Oddity.TRUNCATED, "heart rate"),))),
        ("08600a", HeartRate(96, anomalies=(Anomaly(Oddity.TRUNCATED, "energy"),))),
        (
            "1060000401",
            HeartRate(
                96, beats_1024=(1024,), anomalies=(Anomaly(Oddity.TRUNCATED, "beat interval"),)
            ),
        ),
        ("2060", HeartRate(96, anomalies=(Anomaly(Oddity.RESERVED, "flags 0x20"),))),
        ("006099", HeartRate(96, anomalies=(Anomaly(Oddity.EXTRA_BYTES, "1"),))),
        ("0260", HeartRate(96)),
    ],
)
def test_odd_heart_rates_say_what_they_can(data: str, rate: HeartRate) -> None:
    assert heart_rate.decode(bytes.fromhex(data)) == rate


def test_a_strap_that_feels_no_skin_says_so() -> None:
    assert heart_rate.encode(HeartRate(None, Contact.ABSENT)).hex() == "0400"


@pytest.mark.parametrize("rate", [HeartRate(0x10000), HeartRate(-1), HeartRate(96, energy_kj=-1)])
def test_a_strap_cannot_say_what_does_not_fit(rate: HeartRate) -> None:
    with pytest.raises(LocalProtocolError):
        heart_rate.encode(rate)


@pytest.mark.parametrize(("data", "location"), [("01", BodyLocation.CHEST), ("09", 9), ("", None)])
def test_where_a_sensor_is_worn(data: str, location: int | None) -> None:
    assert heart_rate.decode_location(bytes.fromhex(data)) == location


@pytest.mark.parametrize(
    ("data", "measurement"),
    [
        ("00000150", RscMeasurement(256, 80)),
        ("04000150", RscMeasurement(256, 80, running=True)),
        ("030001504600e8030000", RscMeasurement(256, 80, 70, 1_000)),
        ("010001504600", RscMeasurement(256, 80, stride_cm=70)),
        ("02000150e8030000", RscMeasurement(256, 80, distance_dm=1_000)),
    ],
)
def test_running_speed_both_ways(data: str, measurement: RscMeasurement) -> None:
    assert rsc.decode(bytes.fromhex(data)) == measurement
    assert rsc.encode(measurement).hex() == data


@pytest.mark.parametrize(
    ("speed_256ths", "speed_ckmh"),
    [(0, 0), (1, 2), (32, 45), (33, 47), (256, 360), (0xFFFF, 92_159)],
)
def test_running_speed_is_never_understated(speed_256ths: int, speed_ckmh: int) -> None:
    # 1/256 m/s is 1.40625 units of 0.01 km/h.
    assert RscMeasurement(speed_256ths, 0).speed_ckmh == speed_ckmh


@pytest.mark.parametrize(
    ("data", "measurement"),
    [
        ("", RscMeasurement(None, None, anomalies=(Anomaly(Oddity.TOO_SHORT, "flags"),))),
        ("0000", RscMeasurement(None, None, anomalies=(Anomaly(Oddity.TRUNCATED, "speed"),))),
        ("000001", RscMeasurement(256, None, anomalies=(Anomaly(Oddity.TRUNCATED, "cadence"),))),
        ("08000150", RscMeasurement(256, 80, anomalies=(Anomaly(Oddity.RESERVED, "flags 0x08"),))),
    ],
)
def test_odd_running_speeds_say_what_they_can(data: str, measurement: RscMeasurement) -> None:
    found = rsc.decode(bytes.fromhex(data))
    assert found == measurement
    assert (found.speed_ckmh is None) is (found.speed_256ths is None)


def test_a_sensor_cannot_say_nothing() -> None:
    with pytest.raises(LocalProtocolError):
        rsc.encode(RscMeasurement(None, 80))


def test_a_short_uuid_and_its_long_form() -> None:
    assert uuids.full(uuids.TREADMILL_DATA) == "00002acd-0000-1000-8000-00805f9b34fb"
    assert uuids.short("00002ACD-0000-1000-8000-00805F9B34FB") == 0x2ACD


@pytest.mark.parametrize(
    "uuid",
    [
        "",
        "2acd",
        "10002acd-0000-1000-8000-00805f9b34fb",
        "0000zzzz-0000-1000-8000-00805f9b34fb",
        "00002acd-0000-1000-8000-00805f9b34fc",
    ],
)
def test_a_vendors_own_uuid_has_no_short_form(uuid: str) -> None:
    assert uuids.short(uuid) is None
