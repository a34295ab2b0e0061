"""What a heart rate strap says, byte by byte (Heart Rate Service 1.0, 3.1 and 3.2)."""

import pytest

from firmware_protocols.ftms.heart_rate import (
    BodyLocation,
    Contact,
    HeartRate,
    decode,
    decode_location,
    encode,
)


@pytest.mark.parametrize(
    ("rate", "data"),
    [
        (HeartRate(60), "003c"),
        (HeartRate(60, Contact.PRESENT), "063c"),
        (HeartRate(None, Contact.ABSENT), "0400"),
        (HeartRate(255), "00ff"),
        (HeartRate(256), "010001"),
    ],
)
def test_sr46_a_rate_takes_two_bytes_only_where_one_is_too_few(rate: HeartRate, data: str) -> None:
    assert encode(rate) == bytes.fromhex(data)
    assert decode(bytes.fromhex(data)) == rate


@pytest.mark.parametrize(
    ("data", "location"),
    [
        ("00", BodyLocation.OTHER),
        ("01", BodyLocation.CHEST),
        ("02", BodyLocation.WRIST),
        ("03", BodyLocation.FINGER),
        ("04", BodyLocation.HAND),
        ("05", BodyLocation.EAR_LOBE),
        ("06", BodyLocation.FOOT),
    ],
)
def test_where_it_is_worn(data: str, location: BodyLocation) -> None:
    assert decode_location(bytes.fromhex(data)) == location
