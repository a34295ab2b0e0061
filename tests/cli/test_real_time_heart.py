"""A heart-rate sensor of its own process, on the virtual air, beside a treadmill on a cable."""

import os
import signal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import children_of, one_with
from tests.cli.running import Running
from tests.simulator.servers.test_serve import simulator
from treadctl.drivers.radios import GROUP

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        "air" not in entry_points(group=GROUP).names,
        reason="there is no virtual air in this installation",
    ),
]


def heart(event: dict[str, Any]) -> int | None:
    assert event["event"] == "sample"
    bpm: int | None = event["heart_bpm"]
    return bpm


def has_heart(event: dict[str, Any]) -> bool:
    return event["event"] == "sample" and heart(event) is not None


def test_sr46_a_sensor_is_heard_lost_and_found_again_and_the_treadmill_does_not_notice(
    tmp_path: Path,
) -> None:
    served = ["serve", "--machine", "heart-rate", "--ble", f"unix:{tmp_path / 'air'}"]
    with simulator(*served, "--bpm", "100") as sensor:
        sensor_url = sensor.ready["address"]
        watched = ["--heart-rate", sensor_url, "--hr-limit", "130", "--hr-guard"]
        with Running(tmp_path, "--simulate", "woodway-us", *watched) as running:
            first = running.until(has_heart)
            assert abs((heart(first) or 0) - 100) <= 3
            # A bridge that is killed is a link that is lost, and only the sensor's.
            bridge = one_with(children_of(running.process.pid), "ble_bridge")
            os.kill(bridge, signal.SIGKILL)
            # Longer than a reading is believed: what is shown then is a new one.
            later_ms = first["t_ms"] + 6_000
            running.until(lambda event: event["t_ms"] > later_ms and has_heart(event))
            assert one_with(children_of(running.process.pid), "ble_bridge") != bridge
            running.until_moving()
            running.process.send_signal(signal.SIGINT)
            ended = running.ended()
    assert ended.code == 130
    since = next(i for i, e in enumerate(running.events) if e["event"] == "sample" and e["link_up"])
    assert all(e["link_up"] for e in running.events[since:] if e["event"] == "sample")
