"""What became of this call? How far it came and how it closed -> verdict, reason and code; pure (messaging.md 5.3)."""

from dataclasses import dataclass

from adapters.signing.codes import Codes, Meaning, meaning, shown
from engine.model.receipt import Verdict

CLOSED_UNANSWERED: Codes = {
    "486*": (Verdict.REJECTED, "away"),
    "600*": (Verdict.REJECTED, "away"),
    "480*": (Verdict.REJECTED, "away"),
    "408*": (Verdict.REJECTED, "away"),
    "487*": (Verdict.REJECTED, "away"),
    "603*": (Verdict.REJECTED, "refused"),
    "607*": (Verdict.REJECTED, "refused"),
    "404*": (Verdict.REJECTED, "bad_number"),
    "410*": (Verdict.REJECTED, "bad_number"),
    "484*": (Verdict.REJECTED, "bad_number"),
    "604*": (Verdict.REJECTED, "bad_number"),
    "401*": (Verdict.REJECTED, "account"),
    "402*": (Verdict.REJECTED, "account"),
    "403*": (Verdict.REJECTED, "account"),
    "407*": (Verdict.REJECTED, "account"),
    "429*": (Verdict.RETRY, "busy"),
    "50?*": (Verdict.RETRY, "busy"),
    "[4-6][0-9][0-9]*": (Verdict.REJECTED, "away"),
    "Connection timed out*": (Verdict.RETRY, "no_connection"),
    "*": (Verdict.RETRY, "no_connection"),
}
"""A call nobody answered was heard by nobody: every row is a certain no."""
HEARD_WHOLE = "end of file"
"""How baresip says that the prompt came to its end."""


@dataclass(slots=True)
class Course:
    """What is known of one call so far."""

    rang: bool = False
    answered: bool = False
    confirmed: bool = False
    pressed: str = ""
    closed: str | None = None
    """baresip's words; None: it did not close by itself."""
    stopped: str = ""
    """Why we ended it: no_answer_in_time, withdrawn, too_long, stopped."""
    heard_seconds: float = 0.0

    @property
    def measures(self) -> tuple[tuple[str, str], ...]:
        heard = (("heard_seconds", f"{self.heard_seconds:.0f}"),) if self.answered else ()
        return heard + ((("pressed", self.pressed),) if self.pressed else ())


def result(course: Course, *, wants_key: bool) -> tuple[Meaning, str]:
    """Verdict and reason, and the code to be kept. Answered is not informed: only hearing to the end is, or the key where one is wanted."""
    if course.confirmed:
        return (Verdict.DELIVERED, "confirmed"), "key"
    if not course.answered:
        return _unanswered(course)
    if course.closed == HEARD_WHOLE:
        return ((Verdict.REJECTED, "away"), "no_key") if wants_key else ((Verdict.DELIVERED, "heard"), "end")
    if course.closed is None and course.stopped in ("", "stopped"):
        return (Verdict.UNKNOWN, "crashed"), course.stopped or "phone_gone"
    return (Verdict.REJECTED, "away"), course.stopped or "hung_up_early"


def _unanswered(course: Course) -> tuple[Meaning, str]:
    if course.stopped == "withdrawn":
        return (Verdict.REJECTED, "expired"), "withdrawn"
    if course.stopped:
        # It rang, so the line is good and the person is away; without a sound nobody was there at all.
        return ((Verdict.REJECTED, "away"), "no_answer") if course.rang else ((Verdict.RETRY, "no_connection"), "no_reply")
    if course.closed is None:
        return ((Verdict.UNKNOWN, "crashed") if course.rang else (Verdict.RETRY, "no_connection")), "phone_gone"
    return meaning(CLOSED_UNANSWERED, course.closed), shown(course.closed)
