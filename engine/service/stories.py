"""Does the rulebook do what its stories say? Plays them on the production core at simulated time, and compares."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.model.story import Expectation, SentExpectation, Story
from engine.service.nearly import nearly
from engine.service.performance import Performance, Scene, Sending, perform
from engine.service.simulate import Stores
from engine.service.wording import expected_sending, listed, sending_line, sending_shown


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference: where it is written, when by the wall clock, what about, what was expected and what came."""

    span: Span
    at: datetime
    what: str
    expected: str
    got: str
    near: tuple[str, str] = ("", "")
    """What it almost was (Chinese, English): a minute off, one word of the text different. Empty: nothing close."""


@dataclass(frozen=True, slots=True)
class StoryResult:
    story: Story
    mismatches: Sequence[Mismatch] = ()

    @property
    def ok(self) -> bool:
        return not self.mismatches


def play(rulebook: Rulebook, story: Story, stores: Stores) -> StoryResult:
    """Play one story from its first step to its last; every mismatch of every step is reported."""
    return judge(story, perform(rulebook, story, stores))


def judge(story: Story, performance: Performance) -> StoryResult:
    """Compare a performance with what its story expects; plays nothing, so one performance serves many variants of the expectations."""
    return StoryResult(story, tuple(_Judge(story, performance).all()))


class _Judge:
    def __init__(self, story: Story, performance: Performance) -> None:
        self.story = story
        self.performance = performance
        self.found: list[Mismatch] = []

    def all(self) -> list[Mismatch]:
        for step, scene in zip(self.story.steps, self.performance.scenes, strict=True):
            for undone in scene.undone:
                self._miss(step.span, scene, undone.what, undone.expected, undone.got)
            expect = step.expect
            wanted = expect.refused if expect is not None else None
            self._check_refusal(step.span if expect is None else expect.span, wanted, scene)
            if expect is not None:
                self._check(expect, scene)
        return self.found

    def _check_refusal(self, span: Span, wanted: str | None, scene: Scene) -> None:
        if wanted in (None, "no"):
            if scene.refused:
                self._miss(span, scene, "event", "被接受", scene.refused)
        elif not scene.refused:
            self._miss(span, scene, "refused", wanted or "", "被接受")
        elif wanted != "yes" and (wanted or "") not in scene.refused:
            self._miss(span, scene, "refused", wanted or "", scene.refused)

    def _check(self, expect: Expectation, scene: Scene) -> None:
        if expect.state is not None and expect.state != scene.state:
            self._miss(expect.span, scene, "state", expect.state, scene.state or "没有这张单")
        self._check_sent(expect, scene)
        for what, expected, got in (
            ("tasks", expect.tasks, [task.role for task in scene.tasks]),
            ("late", expect.late, scene.late),
            ("corrected", expect.corrected, scene.corrected),
            ("opened", expect.opened, scene.opened),
            ("commands", expect.commands, scene.commands),
        ):
            if expected is not None and Counter(expected) != Counter(got):
                self._miss(expect.span, scene, what, *_difference(expected, got))
        for policy, verdict in (expect.verdicts or {}).items():
            seen = scene.verdicts.get(policy, "没有计时")
            if seen != verdict:
                self._miss(expect.span, scene, "verdicts", f"{policy}: {verdict}", f"{policy}: {seen}")

    def _check_sent(self, expect: Expectation, scene: Scene) -> None:
        """Exact: each sending is expected once, each expectation met once."""
        left, missing = _paired(expect.sent, scene.sent)
        for one in missing:
            near = nearly(one, left, self.performance.all_sent(), self.story.timezone)
            if near.instead is not None:
                left.remove(near.instead)
            got = sending_shown(near.instead) if near.instead is not None else "没有发"
            self._miss(one.span, scene, "sent", expected_sending(one, self.story.timezone), got, near.said)
        for sending in left:
            self._miss(expect.span, scene, "sent", "不发", sending_line(sending, self.story.timezone))

    def _miss(self, span: Span, scene: Scene, what: str, expected: str, got: str, near: tuple[str, str] = ("", "")) -> None:
        self.found.append(Mismatch(span, scene.at, what, expected, got, near))


def _paired(expected: Sequence[SentExpectation], sent: Sequence[Sending]) -> tuple[list[Sending], list[SentExpectation]]:
    """What was sent beyond what is expected, and what is expected and was not sent; the pickiest expectation chooses first."""
    left = list(sent)
    missing = []
    for one in sorted(expected, key=_freedom):
        found = next((sending for sending in left if fits(sending, one)), None)
        if found is None:
            missing.append(one)
        else:
            left.remove(found)
    return left, sorted(missing, key=lambda one: (one.span.line, one.span.column))


def _freedom(one: SentExpectation) -> int:
    """How much an expectation leaves open."""
    return (one.message is None) + (one.says is None) + (one.at is None)


def fits(sending: Sending, expected: SentExpectation) -> bool:
    """Whether a sending is what was expected; what is not written may be anything, a time holds for its whole minute."""
    return (
        (sending.channel, sending.to) == (expected.channel, expected.to)
        and (expected.message is None or expected.message == sending.message)
        and (expected.says is None or expected.says in sending.text)
        and (expected.at is None or expected.at.replace(second=0) == sending.at.replace(second=0, microsecond=0))
    )


def _difference(expected: Iterable[str], got: Iterable[str]) -> tuple[str, str]:
    """Both lists, each telling what the other lacks."""
    wanted, seen = Counter(expected), Counter(got)
    missing, more = list((wanted - seen).elements()), list((seen - wanted).elements())
    return (
        listed(sorted(wanted.elements())) + (f"(缺 {listed(sorted(missing))})" if missing else ""),
        listed(sorted(seen.elements())) + (f"(多 {listed(sorted(more))})" if more else ""),
    )
