"""Can a story fail? Every single thing it expects, made wrong one at a time: each such variant must be found out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.model.case import ClockVerdict
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.story import Expectation, SentExpectation, Story

MINUTE = timedelta(minutes=1)
_CLOCK = re.compile(r"\d\d:(\d\d)")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A story with one expectation made wrong."""

    what: str
    span: Span
    story: Story


def made_wrong(rulebook: Rulebook, story: Story) -> Iterator[Wrong]:
    """Every way to make one expectation wrong: flipped, dropped, added, doubled, moved by a minute. Events and times stay as they are."""
    for number, step in enumerate(story.steps):
        if step.expect is None:
            continue
        for what, expect in _expectations(rulebook, story.workflow if step.linked is None else step.linked, step.expect):
            steps = (*story.steps[:number], replace(step, expect=expect), *story.steps[number + 1 :])
            yield Wrong(what, step.expect.span, replace(story, steps=steps))


def _expectations(rulebook: Rulebook, workflow: str, expect: Expectation) -> Iterator[tuple[str, Expectation]]:
    if expect.state is not None:
        for state in rulebook.workflows[workflow].states:
            if state != expect.state:
                yield f"state: {state}", replace(expect, state=state)
    for what, sent in _sendings(rulebook, expect.sent, expect.span):
        yield what, replace(expect, sent=sent)
    names = {
        "tasks": tuple(rulebook.contacts.roles),
        "late": tuple(rulebook.policies),
        "corrected": tuple(rulebook.policies),
        "opened": tuple(rulebook.workflows),
        "commands": tuple({command for one in rulebook.connections.values() for command in one.commands}),
    }
    for key, known in names.items():
        written = getattr(expect, key)
        for what, changed in _lists(written, known) if written is not None else ():
            yield f"{key}: {what}", replace(expect, **{key: changed})  # type: ignore[arg-type]  # the keys above hold names
    for policy, verdict in (expect.verdicts or {}).items():
        for other in ClockVerdict:
            if other != verdict:
                yield f"verdicts: {policy} {other}", replace(expect, verdicts={**(expect.verdicts or {}), policy: other.value})
    if expect.refused is not None:
        yield "refused", replace(expect, refused="yes" if expect.refused == "no" else "no")
        if expect.refused not in ("yes", "no"):
            yield "refused: other words", replace(expect, refused=expect.refused + "·")


def _lists(written: tuple[str, ...], known: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """One less, one twice, one exchanged for each other name, one more of every name."""
    for place, name in enumerate(written):
        without = (*written[:place], *written[place + 1 :])
        yield f"without {name}", without
        yield f"{name} twice", (*written, name)
        for other in known:
            if other != name:
                yield f"{other} for {name}", (*without, other)
    for name in known:
        if name not in written:
            yield f"{name} too", (*written, name)


def _sendings(rulebook: Rulebook, sent: tuple[SentExpectation, ...], span: Span) -> Iterator[tuple[str, tuple[SentExpectation, ...]]]:
    for place, one in enumerate(sent):
        without = (*sent[:place], *sent[place + 1 :])
        yield "sent: one less", without
        yield "sent: one twice", (*sent, one)
        for what, changed in _sending(rulebook, one):
            yield f"sent: {what}", (*without, changed)
    yield "sent: one more", (*sent, SentExpectation(channel="sms", to="nobody", span=span))


def _sending(rulebook: Rulebook, one: SentExpectation) -> Iterator[tuple[str, SentExpectation]]:
    for channel in ("sms", "phone", "wechat_work"):
        if channel != one.channel:
            yield f"channel {channel}", replace(one, channel=channel)
    for role in rulebook.contacts.roles:
        if role != one.to:
            yield f"to {role}", replace(one, to=role)
    if one.message is not None:
        for message in rulebook.messages:
            if message != one.message:
                yield f"message {message}", replace(one, message=message)
    if one.says is not None:
        yield "a word more", replace(one, says=one.says + "·")
        for found in _CLOCK.finditer(one.says):
            later = f"{(int(found[1]) + 1) % 60:02}"
            yield "a minute later in the text", replace(one, says=one.says[: found.start(1)] + later + one.says[found.end(1) :])
    if one.at is not None:
        yield "a minute early", replace(one, at=one.at - MINUTE)
        yield "a minute late", replace(one, at=one.at + MINUTE)
