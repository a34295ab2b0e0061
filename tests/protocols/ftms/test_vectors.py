"""The reference vectors: what real machines sent, and what it means. Expected values are theirs."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from firmware_protocols.ftms import control_point, features, machine_status, training_status
from firmware_protocols.ftms.anomalies import Oddity
from firmware_protocols.ftms.features import RangeKind
from firmware_protocols.ftms.treadmill_data import TreadmillData, decode

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "ftms" / "vectors.json"
ROWS: Final[list[dict[str, Any]]] = json.loads(GOLDEN.read_text(encoding="utf-8"))

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "speed": ("speed_ckmh", "0.01"),
    "avg_speed": ("average_speed_ckmh", "0.01"),
    "distance": ("distance_m", "1"),
    "incline": ("incline_permille", "0.1"),
    "ramp": ("ramp_angle_ddeg", "0.1"),
    "elev_pos": ("elevation_gain_dm", "0.1"),
    "energy": ("energy_kcal", "1"),
    "energy_h": ("energy_kcal_h", "1"),
    "energy_min": ("energy_kcal_min", "1"),
    "hr": ("heart_rate_bpm", "1"),
    "met": ("metabolic_equivalent_tenths", "0.1"),
    "elapsed": ("elapsed_s", "1"),
    "remaining": ("remaining_s", "1"),
    "force": ("force_n", "1"),
    "power": ("power_w", "1"),
    "steps": ("steps", "1"),
}
"""How the vectors name a field, how we do, and our unit in theirs."""


def rows(*characteristics: str) -> list[Any]:
    return [
        pytest.param(bytes.fromhex(row["hex"]), row["expect"], id=row["id"])
        for row in ROWS
        if row["char"] in characteristics
    ]


def in_wire_units(value: float, unit: str) -> int:
    """Return an expected value as an integer, by decimal arithmetic."""
    exact = Decimal(str(value)) / Decimal(unit)
    assert exact == int(exact)
    return int(exact)


def test_every_characteristic_of_the_vectors_is_looked_at_below() -> None:
    assert {row["char"] for row in ROWS} == {
        "2ACC",
        "2ACD",
        "2AD3",
        "2AD4",
        "2AD5",
        "2AD9w",
        "2AD9i",
        "2ADA",
    }


@pytest.mark.parametrize(("data", "expected"), rows("2ACD"))
def test_a_record_means_what_its_source_says(data: bytes, expected: dict[str, Any]) -> None:
    record = decode(data)
    for name, value in expected.items():
        match name:
            case "truncated_at":
                assert truncated_at(record) == FIELDS[value][0]
            case "more":
                assert record.is_last_part is not value
            case _:
                ours, unit = FIELDS[name]
                wanted = None if value is None else in_wire_units(value, unit)
                assert getattr(record, ours) == wanted
    if "truncated_at" not in expected:
        assert record.anomalies == ()


def truncated_at(record: TreadmillData) -> str:
    (name,) = (each.detail for each in record.anomalies if each.oddity is Oddity.TRUNCATED)
    return name


@pytest.mark.parametrize(("data", "expected"), rows("2ACC"))
def test_feature_bits(data: bytes, expected: dict[str, str]) -> None:
    found = features.decode_features(data)
    assert found.machine == int(expected["machine"], 16)
    assert found.targets == int(expected["target"], 16)
    assert features.encode_features(found) == data


@pytest.mark.parametrize(
    ("characteristic", "kind", "unit"),
    [("2AD4", RangeKind.SPEED, "0.01"), ("2AD5", RangeKind.INCLINATION, "0.1")],
)
def test_ranges(characteristic: str, kind: RangeKind, unit: str) -> None:
    for row in ROWS:
        if row["char"] == characteristic:
            data, expected = bytes.fromhex(row["hex"]), row["expect"]
            found = features.decode_range(kind, data)
            assert found.minimum == in_wire_units(expected["min"], unit)
            assert found.maximum == in_wire_units(expected["max"], unit)
            assert found.step == in_wire_units(expected["step"], unit)
            assert found.anomalies == ()
            assert features.encode_range(found) == data


@pytest.mark.parametrize(("data", "expected"), rows("2AD3"))
def test_training_status(data: bytes, expected: dict[str, Any]) -> None:
    found = training_status.decode(data)
    assert data[0] == expected["flags"]
    assert (found.code, found.text) == (expected["status"], expected["text"])


@pytest.mark.parametrize(("data", "expected"), rows("2AD9w"))
def test_what_a_host_writes_both_ways(data: bytes, expected: dict[str, Any]) -> None:
    request = control_point.decode_request(data)
    if "kmh" in expected:
        assert request == control_point.SetTargetSpeed(in_wire_units(expected["kmh"], "0.01"))
    else:
        assert request == control_point.SetTargetInclination(in_wire_units(expected["pct"], "0.1"))
    assert control_point.op_of(request) == expected["op"]
    assert control_point.encode_request(request) == data


@pytest.mark.parametrize(("data", "expected"), rows("2AD9i"))
def test_what_a_machine_answers_both_ways(data: bytes, expected: dict[str, Any]) -> None:
    response = control_point.decode_response(data)
    if "error" in expected:
        assert response == control_point.BadResponse(data)
        return
    assert response == control_point.Response(expected["req"], expected["result"])
    assert control_point.encode_response(response) == data


@pytest.mark.parametrize(("data", "expected"), rows("2ADA"))
def test_machine_status(data: bytes, expected: dict[str, Any]) -> None:
    found = machine_status.decode(data)
    assert found.code == expected["op"]
    kind = {"pause": control_point.StopKind.PAUSE, None: None}[expected.get("how")]
    assert found.stop_kind is kind
