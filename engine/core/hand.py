"""Which deed of a person with the case itself is it? Hold, resume, send again, and taking these back."""

from engine.core.again import send_again, take_back
from engine.core.draft import Draft
from engine.core.holding import hold, resume, stay_on_hold
from engine.model.event import Event


def carry_out_hand(draft: Draft, event: Event) -> None:
    """As its event tells it. What cannot be is only noted: the gate refused it to whoever asked."""
    match event.name:
        case "hold":
            hold(draft, event)
        case "resume":
            resume(draft, event)
        case "resume_taken_back":
            stay_on_hold(draft, event)
        case "send_again":
            send_again(draft, event)
        case "again_taken_back":
            take_back(draft, event)
        case _:
            draft.note("hand_unknown", event.name)
