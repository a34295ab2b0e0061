"""Which screen belongs to which place."""

from typing import Final

from treadctl.tui.screens.arm import ArmScreen
from treadctl.tui.screens.checklist import ChecklistScreen
from treadctl.tui.screens.debrief import DebriefScreen
from treadctl.tui.screens.running import RunningScreen
from treadctl.tui.screens.session_screen import SessionScreen
from treadctl.tui.screens.stopped import StoppedScreen
from treadctl.tui.screens.turning import TurningScreen
from treadctl.tui.view import Place

_SCREENS: Final[dict[Place, type[SessionScreen]]] = {
    Place.CHECKLIST: ChecklistScreen,
    Place.ARM: ArmScreen,
    Place.RUNNING: RunningScreen,
    Place.TURNING: TurningScreen,
    Place.STOPPED: StoppedScreen,
    Place.DEBRIEF: DebriefScreen,
}


def screen_for(place: Place) -> type[SessionScreen]:
    return _SCREENS[place]
