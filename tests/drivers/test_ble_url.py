"""Which treadmill a ``ble://`` address means, and that nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl import ble_url
from treadctl.ble_url import BleUrl
from treadctl.drivers import ports
from treadctl.errors import LinkError

ADDRESS = "C0:FF:EE:00:00:01"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        (f"ble://{ADDRESS}", BleUrl(ADDRESS)),
        (f"ble://{ADDRESS.lower()}", BleUrl(ADDRESS)),
        (f"ble://{ADDRESS}?radio=air:unix:/tmp/a", BleUrl(ADDRESS, "air:unix:/tmp/a")),
        (f"ble://{ADDRESS}?radio=air%3Aunix%3A/tmp/a%26b", BleUrl(ADDRESS, "air:unix:/tmp/a&b")),
        (
            f"ble://{ADDRESS}?radio=air:tcp:127.0.0.1:7000",
            BleUrl(ADDRESS, "air:tcp:127.0.0.1:7000"),
        ),
    ],
)
def test_an_address_and_its_radio_are_read(url: str, meant: BleUrl) -> None:
    assert ble_url.parse(url) == meant


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ble://", "six pairs"),
        ("ble://C0:FF:EE:00:00", "six pairs"),
        ("ble://C0:FF:EE:00:00:01:02", "six pairs"),
        ("ble://C0-FF-EE-00-00-01", "six pairs"),
        ("ble://C0:FF:EE:00:00:0G", "six pairs"),
        (f"ble://{ADDRESS}/", "six pairs"),
        (f"ble:// {ADDRESS}", "six pairs"),
        (f"ble://{ADDRESS}\n", "six pairs"),
        ("ble://٠0:FF:EE:00:00:01", "six pairs"),
        (f"ble:{ADDRESS}", "not of the form"),
        (f"BLE://{ADDRESS}", "not of the form"),
        (f"ble://{ADDRESS}?", "not of the form"),
        (f"ble://{ADDRESS}?radio", "only one radio"),
        (f"ble://{ADDRESS}?radio=", "WORD:REST"),
        (f"ble://{ADDRESS}?radio=air", "WORD:REST"),
        (f"ble://{ADDRESS}?radio=air:", "WORD:REST"),
        (f"ble://{ADDRESS}?radio=Air:x", "WORD:REST"),
        (f"ble://{ADDRESS}?radio=air:a%20b", "WORD:REST"),
        (f"ble://{ADDRESS}?radio=air:{'x' * 201}", "WORD:REST"),
        (f"ble://{ADDRESS}?Radio=air:x", "only one radio"),
        (f"ble://{ADDRESS}?radio=air:x&radio=air:y", "only one radio"),
        (f"ble://{ADDRESS}?radio=air:x&pair=yes", "only one radio"),
    ],
)
def test_what_is_not_an_address_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(LinkError, match=why):
        ble_url.parse(url)


@given(
    st.from_regex(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", fullmatch=True),
    st.just("") | st.from_regex(r"[a-z][a-z0-9-]{0,8}:[!-~]{1,40}", fullmatch=True),
)
def test_what_is_spelled_is_read_back(address: str, radio: str) -> None:
    meant = BleUrl(address.upper(), radio)
    assert ble_url.parse(str(meant)) == meant


@given(st.text(max_size=80))
def test_no_text_raises_anything_but_a_link_error(text: str) -> None:
    for url in (text, f"ble://{text}", f"ble://{ADDRESS}?{text}"):
        try:
            meant = ble_url.parse(url)
        except LinkError:
            continue
        assert ble_url.parse(str(meant)) == meant


def test_sr38_one_treadmill_has_one_name_however_it_is_spelled() -> None:
    assert ports.identity("ble://c0:ff:ee:00:00:01") == ports.identity(f"ble://{ADDRESS}")
    assert ports.identity(f"ble://{ADDRESS}?radio=air%3Ax") == f"ble://{ADDRESS}?radio=air:x"
