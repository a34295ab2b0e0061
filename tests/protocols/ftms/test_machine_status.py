"""Machine status, 0x2ADA (ftms.md 4). Bytes are from its table and from captures (Q18, Q19)."""

from typing import Final

import pytest

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.anomalies import Anomaly, Oddity
from firmware_protocols.ftms.control_point import StopKind
from firmware_protocols.ftms.machine_status import MachineStatus, StatusCode, decode, encode

STATUSES: Final[list[tuple[str, MachineStatus]]] = [
    ("01", MachineStatus(StatusCode.RESET)),
    ("0201", MachineStatus(StatusCode.STOPPED_BY_USER, (1,))),
    ("0202", MachineStatus(StatusCode.STOPPED_BY_USER, (2,))),
    ("03", MachineStatus(StatusCode.STOPPED_BY_SAFETY_KEY)),
    ("04", MachineStatus(StatusCode.STARTED_BY_USER)),
    ("05e600", MachineStatus(StatusCode.TARGET_SPEED_CHANGED, (230,))),
    ("06e2ff", MachineStatus(StatusCode.TARGET_INCLINE_CHANGED, (-30,))),
    ("0714", MachineStatus(StatusCode.TARGET_RESISTANCE_CHANGED, (20,))),
    ("08feff", MachineStatus(StatusCode.TARGET_POWER_CHANGED, (-2,))),
    ("0960", MachineStatus(StatusCode.TARGET_HEART_RATE_CHANGED, (96,))),
    ("0a0100", MachineStatus(StatusCode.TARGETED_ENERGY_CHANGED, (1,))),
    ("0b0100", MachineStatus(StatusCode.TARGETED_STEPS_CHANGED, (1,))),
    ("0c0100", MachineStatus(StatusCode.TARGETED_STRIDES_CHANGED, (1,))),
    ("0d010203", MachineStatus(StatusCode.TARGETED_DISTANCE_CHANGED, (0x030201,))),
    ("0e0100", MachineStatus(StatusCode.TARGETED_TRAINING_TIME_CHANGED, (1,))),
    ("0f01000200", MachineStatus(StatusCode.TIME_IN_TWO_ZONES_CHANGED, (1, 2))),
    ("10010002000300", MachineStatus(StatusCode.TIME_IN_THREE_ZONES_CHANGED, (1, 2, 3))),
    (
        "1101000200030004000500",
        MachineStatus(StatusCode.TIME_IN_FIVE_ZONES_CHANGED, (1, 2, 3, 4, 5)),
    ),
    ("12ffff02000304", MachineStatus(StatusCode.BIKE_SIMULATION_CHANGED, (-1, 2, 3, 4))),
    ("130852", MachineStatus(StatusCode.WHEEL_CIRCUMFERENCE_CHANGED, (21_000,))),
    ("1401", MachineStatus(StatusCode.SPIN_DOWN, (1,))),
    ("15b400", MachineStatus(StatusCode.TARGETED_CADENCE_CHANGED, (180,))),
    ("ff", MachineStatus(StatusCode.CONTROL_LOST)),
]


@pytest.mark.parametrize(("data", "status"), STATUSES)
def test_every_status_both_ways(data: str, status: MachineStatus) -> None:
    assert decode(bytes.fromhex(data)) == status
    assert encode(status).hex() == data


def test_every_status_is_among_them() -> None:
    assert {status.code for _, status in STATUSES} == set(StatusCode) - {StatusCode.RESERVED}


def test_sr38_all_ones_is_control_lost_and_not_a_missing_value() -> None:
    assert decode(b"\xff").code == StatusCode.CONTROL_LOST
    assert decode(b"\xff\x00\x00").code == StatusCode.CONTROL_LOST


@pytest.mark.parametrize("data", ["03", "0300", "03ffff"])
def test_a_pulled_safety_key_is_one_however_it_is_padded(data: str) -> None:
    assert decode(bytes.fromhex(data)).code == StatusCode.STOPPED_BY_SAFETY_KEY


@pytest.mark.parametrize(
    ("data", "kind"),
    [("0201", StopKind.STOP), ("0202", StopKind.PAUSE), ("0203", None), ("02", None), ("05", None)],
)
def test_a_user_stop_is_one_even_if_it_is_not_clear_which(data: str, kind: StopKind | None) -> None:
    assert decode(bytes.fromhex(data)).stop_kind is kind


def test_padding_is_counted() -> None:
    assert decode(bytes.fromhex("040000")) == MachineStatus(
        StatusCode.STARTED_BY_USER, (), (Anomaly(Oddity.EXTRA_BYTES, "2"),)
    )


def test_a_cut_parameter_leaves_the_code_what_it_is() -> None:
    assert decode(bytes.fromhex("05e6")) == MachineStatus(
        StatusCode.TARGET_SPEED_CHANGED, (), (Anomaly(Oddity.TRUNCATED, "target speed"),)
    )
    assert decode(bytes.fromhex("0f010002")).values == (1,)


@pytest.mark.parametrize("code", [0x00, 0x16, 0xFE])
def test_a_reserved_status_is_for_the_log(code: int) -> None:
    found = decode(bytes((code, 7)))
    assert found.code == code
    assert [each.oddity for each in found.anomalies] == [Oddity.RESERVED, Oddity.EXTRA_BYTES]


def test_nothing_at_all_is_reserved_too() -> None:
    assert decode(b"") == MachineStatus(
        StatusCode.RESERVED, (), (Anomaly(Oddity.TOO_SHORT, "status"),)
    )


@pytest.mark.parametrize(
    "status",
    [
        MachineStatus(0x16),
        MachineStatus(StatusCode.RESERVED),
        MachineStatus(StatusCode.TARGET_SPEED_CHANGED),
        MachineStatus(StatusCode.TARGET_SPEED_CHANGED, (-1,)),
        MachineStatus(StatusCode.CONTROL_LOST, (1,)),
    ],
)
def test_a_machine_cannot_report_what_there_is_no_status_for(status: MachineStatus) -> None:
    with pytest.raises(LocalProtocolError):
        encode(status)
