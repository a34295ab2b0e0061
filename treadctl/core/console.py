"""Says that somebody set the speed at the treadmill itself, and what that does to the plan (SR-39).

The gate keeps that speed and asks nobody. What is left for the core is to say so, once, and to
announce from there on what the belt will do instead of what the plan says.
"""

from treadctl.causes import Cause
from treadctl.core.announcer import Announcer, Said
from treadctl.core.progress import Progress
from treadctl.core.refusals import console_took_over
from treadctl.core.voice import Voice
from treadctl.model import Report


class ConsoleFollower:
    def __init__(self, progress: Progress, announcer: Announcer, voice: Voice) -> None:
        self._progress = progress
        self._announcer = announcer
        self._voice = voice
        self._kept_ckmh: int | None = None

    def follow(self, report: Report, *, walking: bool) -> None:
        """Take one report; *walking*: the belt runs because somebody walks on it."""
        if not walking:
            self._kept_ckmh = None
            self._progress.given_back()
        elif self._kept_ckmh is not None or console_took_over(report):
            # Something worse may be told by now, but what was set is kept until the next start.
            self._keep(report)

    def _keep(self, report: Report) -> None:
        before, self._kept_ckmh = self._kept_ckmh, report.commanded_ckmh
        if self._kept_ckmh == before:
            return
        self._progress.taken_over(report.commanded_ckmh, report.setpoint_ckmh)
        if before is None:
            text = Cause.CONSOLE_TOOK_OVER.text
            self._voice.say(Said(f"{text.sentence} {text.action}", 0, "change"))
            self._announcer.adjusted(report.commanded_ckmh)
