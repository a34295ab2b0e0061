"""RFC 2217 on the wire, from the client's side: bytes in, bytes out."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.drivers.rfc2217 import Rfc2217Client, escape, subnegotiation
from treadctl.errors import LinkError

WILL_COM_PORT = bytes.fromhex("ff fb 2c")
DO_COM_PORT = bytes.fromhex("ff fd 2c")
ANSWERS = bytes.fromhex(
    "ff fa 2c 65 00 00 12 c0 ff f0"  # baud 4800
    "ff fa 2c 66 08 ff f0"  # 8 data bits
    "ff fa 2c 67 01 ff f0"  # no parity
    "ff fa 2c 68 01 ff f0"  # one stop bit
)
STRAP_PULLED = bytes.fromhex("ff fa 2c 6b 92 ff f0")
"""serial.md 13.4, captured: DSR off, CTS and DCD on, delta DSR."""
STRAP_BACK = bytes.fromhex("ff fa 2c 6b b2 ff f0")


def client() -> tuple[Rfc2217Client, list[int]]:
    states: list[int] = []
    return Rfc2217Client(baud=4_800, on_modem_state=states.append), states


def ready_client() -> tuple[Rfc2217Client, list[int]]:
    it, states = client()
    it.receive(DO_COM_PORT + ANSWERS)
    it.data_to_send()
    assert it.ready
    return it, states


def test_it_offers_the_com_port_option_and_binary_first() -> None:
    it, _ = client()
    assert it.data_to_send() == bytes.fromhex("ff fb 2c ff fb 00 ff fd 00 ff fb 03 ff fd 03")
    assert it.data_to_send() == b""
    assert not it.ready


@pytest.mark.parametrize("agreed", [DO_COM_PORT, WILL_COM_PORT])
def test_once_that_is_agreed_it_sets_4800_8n1_without_handshake_and_raises_dtr(
    agreed: bytes,
) -> None:
    it, _ = client()
    it.data_to_send()
    it.receive(agreed)
    answer = bytes.fromhex("ff fd 2c") if agreed == WILL_COM_PORT else b""
    assert it.data_to_send() == answer + bytes.fromhex(
        "ff fa 2c 01 00 00 12 c0 ff f0"
        "ff fa 2c 02 08 ff f0"
        "ff fa 2c 03 01 ff f0"
        "ff fa 2c 04 01 ff f0"
        "ff fa 2c 05 01 ff f0"
        "ff fa 2c 05 08 ff f0"
        "ff fa 2c 05 0b ff f0"
        "ff fa 2c 0b ff ff ff f0"
        "ff fa 2c 0c 03 ff f0"
    )
    it.receive(DO_COM_PORT + WILL_COM_PORT)
    assert subnegotiation(1) not in it.data_to_send()  # not set up twice


def test_it_is_ready_when_all_four_settings_are_confirmed() -> None:
    it, _ = client()
    it.receive(DO_COM_PORT)
    for confirmed in (ANSWERS[:10], ANSWERS[10:17], ANSWERS[17:24]):
        it.receive(confirmed)
        assert not it.ready
    it.receive(ANSWERS[24:])
    assert it.ready


def test_four_more_bytes_in_the_answer_to_the_rate_are_an_old_server_and_harmless() -> None:
    it, _ = client()
    it.receive(DO_COM_PORT + bytes.fromhex("ff fa 2c 65 00 00 12 c0 00 00 00 00 ff f0"))
    it.receive(ANSWERS[10:])
    assert it.ready


@pytest.mark.parametrize(
    "answer", ["ff fa 2c 65 00 00 25 80 ff f0", "ff fa 2c 66 07 ff f0", "ff fa 2c 67 02 ff f0"]
)
def test_a_server_with_another_rate_or_format_is_refused(answer: str) -> None:
    it, _ = client()
    with pytest.raises(LinkError, match="4800 8N1"):
        it.receive(bytes.fromhex(answer))


def test_a_server_without_the_option_is_refused() -> None:
    it, _ = client()
    with pytest.raises(LinkError, match="refuses RFC 2217"):
        it.receive(bytes.fromhex("ff fe 2c"))


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("ff fb 01", "ff fe 01"),  # WILL ECHO: DON'T. A treadmill must never hear itself
        ("ff fd 01", "ff fc 01"),  # DO ECHO: WON'T
        ("ff fd 18", "ff fc 18"),  # DO TERMINAL-TYPE: WON'T
        ("ff fb 00", ""),  # WILL BINARY: agreed already
        ("ff fd 00", ""),
        ("ff fc 2c", ""),  # WON'T COM-PORT is said by ser2net, which can
        ("ff fc 01", ""),
        ("ff f1", ""),  # NOP
    ],
)
def test_other_options_are_answered_once_and_never_argued_about(heard: str, said: str) -> None:
    it, _ = client()
    it.data_to_send()
    it.receive(bytes.fromhex(heard) * 3)
    assert it.data_to_send() == bytes.fromhex(said)


def test_strap_edges_come_out_as_modem_states() -> None:
    it, states = ready_client()
    assert it.receive(STRAP_PULLED + b"\xba" + STRAP_BACK) == b"\xba"
    assert states == [0x92, 0xB2]


def test_a_modem_state_of_ff_is_doubled_on_the_wire_and_single_here() -> None:
    it, states = ready_client()
    it.receive(bytes.fromhex("ff fa 2c 6b ff ff ff f0"))
    assert states == [0xFF]


@pytest.mark.parametrize(
    "noise",
    [
        "ff fa ff f0",  # empty
        "ff fa 2c ff f0",
        "ff fa 2c 6b ff f0",  # a modem state without a value
        "ff fa 18 01 02 ff f0",  # another option's
        "ff fa 2c 6a 00 ff f0",  # a line state
        "ff fa 2c 00 41 42 ff f0",  # a signature
        "ff f0",  # an end without a begin
    ],
)
def test_what_is_of_no_use_is_passed_over(noise: str) -> None:
    it, states = ready_client()
    assert it.receive(bytes.fromhex(noise) + b"\xd0\x31") == b"\xd0\x31"
    assert states == []
    assert it.data_to_send() == b""


def test_a_subnegotiation_without_end_is_not_rfc2217() -> None:
    it, _ = ready_client()
    with pytest.raises(LinkError, match="not RFC 2217"):
        it.receive(bytes.fromhex("ff fa 2c") + bytes(64))


@given(st.binary(max_size=64))
def test_serial_data_goes_through_whatever_its_bytes(data: bytes) -> None:
    it, states = ready_client()
    assert it.receive(escape(data)) == data
    assert states == []


@given(st.data())
def test_any_split_of_the_stream_gives_the_same(data: st.DataObject) -> None:
    stream = WILL_COM_PORT + ANSWERS + b"\xd0" + STRAP_PULLED + b"\xff\xff" + STRAP_BACK + b"\x31"
    cut = data.draw(st.integers(0, len(stream)))
    it, states = client()
    assert it.receive(stream[:cut]) + it.receive(stream[cut:]) == b"\xd0\xff\x31"
    assert states == [0x92, 0xB2]
    assert it.ready


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_a_link_error(data: bytes) -> None:
    it, _ = ready_client()
    with suppress(LinkError):
        it.receive(data)
