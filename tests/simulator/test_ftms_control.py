"""The control point of a machine that follows the text (ftms.md 3), and who hears what (4)."""

import pytest

from simulator.gatt import (
    CCCD_IMPROPERLY_CONFIGURED,
    INVALID_HANDLE,
    PROCEDURE_IN_PROGRESS,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    AttError,
    Kind,
)
from tests.simulator.air_bench import CONTROL_POINT, ME, OTHER, STATUS, TRAINING, AirBench


@pytest.fixture
def bench() -> AirBench:
    bench = AirBench(clients=(ME, OTHER))
    assert bench.ask("00") == "80 00 01"
    return bench


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("07", "80 07 01"),
        ("08 01", "80 08 04"),
        ("08 02", "80 08 04"),
        ("08 03", "80 08 03"),
        ("08", "80 08 03"),
        ("07 00", "80 07 03"),
        ("02 64 00", "80 02 04"),
        ("02 31 00", "80 02 03"),
        ("02 41 06", "80 02 03"),
        ("02 00 00", "80 02 03"),
        ("02 64", "80 02 03"),
        ("02 64 00 00", "80 02 03"),
        ("03 0a 00", "80 03 01"),
        ("03 96 00", "80 03 01"),
        ("03 97 00", "80 03 03"),
        ("03 e2 ff", "80 03 03"),
        ("04 01", "80 04 02"),
        ("0d 10 00", "80 0d 02"),
        ("80", "80 80 02"),
        ("00 01", "80 00 03"),
        ("01", "80 01 01"),
    ],
)
def test_a_command_to_a_standing_machine_gets_its_result(
    bench: AirBench, asked: str, answered: str
) -> None:
    assert bench.ask(asked) == answered


def test_a_command_to_a_running_machine_gets_its_result(bench: AirBench) -> None:
    assert bench.ask("07") == "80 07 01"
    assert bench.ask("07") == "80 07 04", "it has started"
    assert bench.ask("02 3c 00") == "80 02 01"
    assert bench.ask("02 40 06") == "80 02 01"
    assert bench.ask("02 41 06") == "80 02 03"
    assert bench.ask("08 02") == "80 08 01"
    bench.wait(3_000)
    assert bench.ask("08 01") == "80 08 04", "it has stopped"


def test_an_answer_is_an_indication_to_the_writer_alone_some_30_ms_later(bench: AirBench) -> None:
    since_ms = bench.sim.now_ms
    bench.ask("07")
    [(t_ms, said)] = bench.words(CONTROL_POINT, since_ms=since_ms)
    assert t_ms - since_ms == pytest.approx(30, abs=1)
    assert said.kind is Kind.INDICATION
    assert bench.said(CONTROL_POINT, OTHER) == ""


def test_one_procedure_at_a_time_whoever_asks(bench: AirBench) -> None:
    first, second, third = bench.write("07"), bench.write("08 01"), bench.write("00", OTHER)
    bench.wait(100)
    assert bench.att_error(first) == 0
    assert bench.att_error(second) == PROCEDURE_IN_PROGRESS
    assert bench.att_error(third) == PROCEDURE_IN_PROGRESS
    assert bench.said(CONTROL_POINT) == "80 00 01, 80 07 01", "no answer belongs to a refused write"
    bench.wait(3_000)
    assert bench.belt_ckmh > 0, "and a refused one does nothing"


def test_a_procedure_ends_with_its_answer(bench: AirBench) -> None:
    bench.ask("07", wait_ms=30)
    number = bench.write("08 01")
    bench.wait(100)
    assert bench.att_error(number) == 0


@pytest.mark.parametrize("unsubscribes", [True, False])
def test_a_control_point_that_nobody_listens_to_takes_nothing(unsubscribes: bool) -> None:
    bench = AirBench(clients=())
    assert bench.air.connect(ME)
    if unsubscribes:
        bench.air.subscribe(ME, CONTROL_POINT, True)
        bench.air.subscribe(ME, CONTROL_POINT, False)
    number = bench.write("00")
    bench.wait(100)
    assert bench.att_error(number) == CCCD_IMPROPERLY_CONFIGURED
    bench.join(OTHER)
    number = bench.write("00")
    bench.wait(100)
    assert bench.att_error(number) == CCCD_IMPROPERLY_CONFIGURED, "each for itself"


@pytest.mark.parametrize("asked", ["07", "08 01", "02 64 00", "03 0a 00", "01"])
def test_sr38_nothing_but_the_request_works_without_control(bench: AirBench, asked: str) -> None:
    assert bench.ask(asked, OTHER) == f"80 {asked[:2]} 05"
    bench.wait(2_000)
    assert bench.belt_ckmh == 0


def test_sr38_control_that_another_client_takes_is_told_to_the_loser(bench: AirBench) -> None:
    assert bench.ask("00", OTHER) == "80 00 01"
    assert bench.said(STATUS) == "ff"
    assert bench.said(STATUS, OTHER) == ""
    assert bench.ask("07") == "80 07 05"
    assert bench.ask("07", OTHER) == "80 07 01"


def test_control_that_is_asked_for_twice_is_kept_and_told_to_nobody(bench: AirBench) -> None:
    assert bench.ask("00") == "80 00 01"
    assert bench.said(STATUS) == ""
    assert bench.ask("07") == "80 07 01"


def test_sr38_control_does_not_outlive_the_connection(bench: AirBench) -> None:
    bench.air.disconnect(ME)
    bench.join(ME)
    assert bench.ask("07") == "80 07 05"
    assert bench.ask("00") == "80 00 01"
    assert bench.ask("07") == "80 07 01"


def test_sr36_control_outlives_a_stop_at_the_console(bench: AirBench) -> None:
    bench.ask("07")
    bench.sim.act("console-stop")
    bench.wait(3_000)
    assert bench.said(STATUS) == "02 01"
    assert bench.ask("07") == "80 07 01", "so that the host alone decides not to (FSN 2021)"


def test_a_reset_stops_the_belt_and_gives_control_up(bench: AirBench) -> None:
    bench.walk()
    bench.ask("03 0a 00")
    assert bench.ask("01") == "80 01 01"
    bench.wait(5_000)
    assert bench.belt_ckmh == 0
    assert bench.lines[-1]["incline_permille"] == 0
    assert bench.said(STATUS, OTHER).endswith("01")
    assert bench.records()[-1][1][2:] == bytes.fromhex("0000 000000 0000ff7f 0000")
    assert bench.ask("07") == "80 07 05"


def test_what_a_client_causes_is_told_to_the_others(bench: AirBench) -> None:
    for asked in ("07", "02 64 00", "03 0a 00", "08 02"):
        bench.ask(asked)
    assert bench.said(STATUS) == ""
    assert bench.said(STATUS, OTHER) == "04, 05 64 00, 06 0a 00, 02 02"


def test_sr39_what_a_person_does_at_the_console_is_told_to_everybody(bench: AirBench) -> None:
    bench.sim.act("console-start", speed_ckmh=80)
    bench.wait(2_000)
    bench.sim.act("console-start", speed_ckmh=120)
    bench.wait(2_000)
    bench.sim.act("console-stop")
    bench.wait(100)
    for client in (ME, OTHER):
        assert bench.said(STATUS, client) == "04, 05 50 00, 05 78 00, 02 01"


def test_the_training_status_is_told_and_can_be_read(bench: AirBench) -> None:
    assert bench.air.read(TRAINING) == b"\x00\x01"
    bench.ask("07")
    assert bench.air.read(TRAINING) == b"\x00\x0d"
    bench.ask("08 01")
    assert bench.said(TRAINING) == "00 0d, 00 01"


@pytest.mark.parametrize(
    ("uuid", "value"),
    [
        (0x2ACC, "0c 10 00 00 03 00 00 00"),
        (0x2AD4, "32 00 40 06 0a 00"),
        (0x2AD5, "00 00 96 00 05 00"),
        (0x2A29, "74 72 65 61 64 63 74 6c"),
        (0x2A24, "53 49 4d 20 6e 6f 6d 69 6e 61 6c"),
        (0x2A26, "31"),
    ],
)
def test_what_it_says_of_itself(bench: AirBench, uuid: int, value: str) -> None:
    assert bench.air.read(uuid).hex(" ") == value


@pytest.mark.parametrize(
    ("uuid", "code"),
    [(0x2ACD, READ_NOT_PERMITTED), (0x2AD9, READ_NOT_PERMITTED), (0x2A37, INVALID_HANDLE)],
)
def test_what_cannot_be_read_is_refused(bench: AirBench, uuid: int, code: int) -> None:
    with pytest.raises(AttError) as refused:
        bench.air.read(uuid)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("uuid", "code"), [(0x2ACD, WRITE_NOT_PERMITTED), (0x2A37, INVALID_HANDLE)]
)
def test_what_cannot_be_written_is_refused(bench: AirBench, uuid: int, code: int) -> None:
    number = bench.write("07", uuid=uuid)
    bench.wait(100)
    assert bench.att_error(number) == code
    assert bench.received() == ["00"], "no command reached it"


def test_a_write_without_response_means_nothing_to_it(bench: AirBench) -> None:
    bench.air.write(ME, None, CONTROL_POINT, b"\x07")
    bench.wait(2_000)
    assert bench.belt_ckmh == 0


def test_it_advertises_itself_as_a_treadmill(bench: AirBench) -> None:
    assert bench.air.service_data.hex(" ") == "26 18 01 01 00"
    assert len(bench.air.name) <= 15


def test_a_client_that_is_not_connected_is_heard_by_nobody(bench: AirBench) -> None:
    bench.air.disconnect(ME)
    bench.write("07")
    bench.air.disconnect(ME)
    bench.wait(2_000)
    assert bench.belt_ckmh == 0
    assert bench.received() == ["00"]
