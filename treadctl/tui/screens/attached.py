"""The running screen for a spotter: at every moment of a session, and with two keys only."""

from typing import Final

from treadctl.tui.screens.running import RunningScreen
from treadctl.tui.view import Place, View

KEYS: Final = (("SPACE", "STOP"), ("ctrl+q", "leave this view; the session goes on"))
_DOING: Final = {
    Place.CHECKLIST: "The checklist is being gone through.",
    Place.ARM: "Getting ready to start.",
    Place.TURNING: "Turning round.",
    Place.DEBRIEF: "The session is over.",
}


class AttachedScreen(RunningScreen):
    """What is asked is asked of whoever leads; here it is only told."""

    def show(self, view: View, said: str | None = None, pressed_ms: int | None = None) -> None:
        super().show(view, said, pressed_ms)
        self.banner.show(view, "ATTACHED VIEW")
        self.keys.show(KEYS[1:] if view.may_move else KEYS, may_move=view.may_move)
        if said is None and view.place is Place.STOPPED and view.stop is not None:
            self.matter.say(f"{view.stop.sentence} {view.stop.action}", "stop")
        elif said is None and view.spoken is None and not view.held:
            self.matter.say(self._doing(view), "announce")

    def _doing(self, view: View) -> str:
        doing = "Paused." if view.place is Place.STOPPED else _DOING.get(view.place, "")
        asked = view.prompt.message if view.prompt is not None else view.wait
        return f"{doing} {asked}".strip()
