"""What is heard beside what is seen: announcements, stops and the countdown (SR-52)."""

import pytest

from tests.tui.stage import Stage, on_stage
from treadctl.composition.speaker import Silence
from treadctl.core.machine import SessionState as S

pytestmark = pytest.mark.asyncio


class Ear:
    """Hears what is said; `urgent` only what cuts off the rest."""

    def __init__(self, *, rings: bool = True) -> None:
        self.rings = rings
        self.heard: list[str] = []
        self.urgent: list[str] = []

    def say(self, text: str, *, urgent: bool = False) -> None:
        self.heard.append(text)
        if urgent:
            self.urgent.append(text)


def counted(stage: Stage) -> list[int]:
    """When the bell rings, from now on."""
    rung: list[int] = []
    stage.app.bell = lambda: rung.append(stage.rig.now_ms)  # type: ignore[method-assign]
    return rung


async def test_sr52_every_second_of_a_countdown_rings() -> None:
    async with on_stage() as stage:
        await stage.lead_to(S.ARMED)
        rung = counted(stage)
        for _ in range(40):
            stage.leader.run_until(lambda: True)
            await stage.pass_ms(100)
            stage.leader.answer()
            if stage.rig.state() is S.STARTING:
                break
        seconds = {at_ms // 1_000 for at_ms in rung}
        assert len(seconds) >= 3


async def test_sr52_announcements_are_spoken_and_a_stop_cuts_them_off() -> None:
    async with on_stage() as stage:
        ear = stage.app.sound = Ear()
        await stage.lead_to(S.REVERSE_WALK)
        assert any("turn" in text.lower() for text in ear.heard)
        assert ear.urgent == []
        stage.leader.away = True
        stage.desk.ask("person", "strap-pull")
        await stage.pass_ms(2_000)
        assert len(ear.urgent) == 1
        assert "strap" in ear.urgent[0].lower()


async def test_quiet_neither_rings_nor_speaks_and_shows_everything() -> None:
    async with on_stage() as stage:
        stage.app.sound = Silence(rings=False)
        rung = counted(stage)
        await stage.lead_to(S.WARM_UP)
        stage.leader.away = True
        stage.desk.ask("person", "strap-pull")
        await stage.pass_ms(8_000)
        assert rung == []
        assert "The safety strap was released." in stage.text()
