"""The reference vectors, both ways. What each must mean is written down here by hand."""

from typing import Final

import pytest

from firmware_protocols.messages import (
    AutoStop,
    CutDrive,
    Direction,
    DriveReport,
    DriveState,
    HostMessage,
    InclineReport,
    InvalidCommand,
    InvalidData,
    InvalidQuery,
    MachineMessage,
    MasterTimeout,
    QueryDrive,
    QueryIncline,
    QuerySpeed,
    SetIncline,
    SetSpeed,
    SpeedFault,
    SpeedReport,
    StartBelt,
)
from firmware_protocols.trackmaster import codec as trackmaster
from firmware_protocols.woodway_us import codec as woodway_us
from tests.protocols.golden import decode, vectors

REVERSE: Final = Direction.REVERSE

# 0.1 mph is 16.09344 units of 0.01 km/h; a reading rounds up (safety.md 4.8.3).
TX: Final[dict[str, dict[str, HostMessage]]] = {
    "woodway-us": {
        "set_speed +0.0 mph": SetSpeed(0),
        "set_speed +12.5 mph": SetSpeed(2_012),
        "set_speed -0.1 mph": SetSpeed(17, REVERSE),
        "set_speed -2.0 mph": SetSpeed(322, REVERSE),
        "set_speed -12.5 mph": SetSpeed(2_012, REVERSE),
        "set_speed -29.9 mph": SetSpeed(4_812, REVERSE),
        "set_elevation 0 %": SetIncline(0),
        "set_elevation 20.0 %": SetIncline(200),
        "disengage": CutDrive(),
        "auto_stop": AutoStop(),
        "query_state": QueryDrive(),
        "query_speed": QuerySpeed(),
        "query_elevation": QueryIncline(),
    },
    "trackmaster": {
        "set_speed 4.0 mph": SetSpeed(644),
        "set_speed 12.5 mph": SetSpeed(2_012),
        "set_elevation 12.5 %": SetIncline(125),
        "start_cds": StartBelt(),
        "stop": CutDrive(),
        "auto_stop": AutoStop(),
    },
}
RX: Final[dict[str, dict[str, MachineMessage]]] = {
    "woodway-us": {
        "state stopped": DriveReport(DriveState.STOPPED),
        "speed -1.4 mph": SpeedReport(226, REVERSE),
        "elevation 5.0 %": InclineReport(50),
        "invalid data": InvalidData(),
        "invalid command": InvalidCommand(),
        "master timeout": MasterTimeout(),
    },
    "trackmaster": {
        "speed 4.0 mph": SpeedReport(644),
        "emergency stop value": SpeedFault(),
        "out of range": InvalidData(),
        "status request not recognised": InvalidQuery(),
    },
}
CODECS: Final = {"woodway-us": woodway_us, "trackmaster": trackmaster}


@pytest.mark.parametrize("protocol", CODECS)
def test_every_reference_vector_has_a_meaning_here(protocol: str) -> None:
    assert vectors(protocol, "tx").keys() == TX[protocol].keys()
    assert vectors(protocol, "rx").keys() == RX[protocol].keys()


@pytest.mark.parametrize(("protocol", "what"), [(p, what) for p in TX for what in TX[p]])
def test_what_the_host_says_matches_the_reference_both_ways(protocol: str, what: str) -> None:
    wire, message = vectors(protocol, "tx")[what], TX[protocol][what]
    assert CODECS[protocol].encode(message) == wire
    assert decode(CODECS[protocol].CommandDecoder(), wire) == [message]


@pytest.mark.parametrize(("protocol", "what"), [(p, what) for p in RX for what in RX[p]])
def test_what_the_machine_says_matches_the_reference_both_ways(protocol: str, what: str) -> None:
    wire, message = vectors(protocol, "rx")[what], RX[protocol][what]
    assert CODECS[protocol].encode_reply(message) == wire
    assert decode(CODECS[protocol].Decoder(), wire) == [message]
