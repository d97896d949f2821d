"""Who is told when? Everything that sets a message, a task or a chain going, and whom each of them reaches, as boxes and ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.model.doing import Assign, Do, Escalate, Raise, Send
from engine.model.escalation import LAST_RESORT, Chain
from engine.model.message import Message
from engine.model.policy import Mode, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import Transition, Workflow
from engine.reports.sentences_lexicon import lexicon_of
from engine.reports.sentences_message import CHAIN_END_SECONDS_MIN
from engine.reports.sentences_policy import clock_words, terms_words, when_words
from engine.reports.sentences_words import Tongue


class BoxKind(StrEnum):
    POLICY = "policy"
    STATE = "state"
    """A state of a workflow (or any), whose rows tell somebody."""
    DISRUPTION = "disruption"
    MESSAGE = "message"
    TASK = "task"
    CHAIN = "chain"
    EVENT = "event"
    """What a row raises; a row of a state may answer to it."""
    RECEIVER = "receiver"
    """A role, or the customer."""


@dataclass(frozen=True, slots=True)
class Box:
    id: str
    kind: BoxKind
    label: str
    note: str = ""
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """From one box to another: when, or how."""

    source: str
    target: str
    label: str
    shadow: bool = False
    fallback: bool = False
    """Only where the first way did not arrive."""


@dataclass(frozen=True, slots=True)
class Told:
    """All boxes by id, origins first, and all ways in reading order."""

    boxes: dict[str, Box]
    ways: tuple[Way, ...]

    def leaving(self, box: str) -> list[Way]:
        return [way for way in self.ways if way.source == box]


def who_is_told(rulebook: Rulebook, workflow: str | None = None, lang: str = "zh") -> Told:
    """The whole rulebook, or what concerns one workflow. What is in shadow, and all that only it begins, is marked."""
    drawing = _Drawing(Tongue(lang, rulebook, lexicon_of(rulebook, lang)))
    wanted = [one for one in rulebook.workflows.values() if workflow in (None, one.name)]
    for one in wanted:
        for policy in rulebook.policies.values():
            if policy.workflow == one.name:
                drawing.policy(policy)
        drawing.rows_of(one)
    for number, disruption in enumerate(rulebook.disruptions):
        told = rulebook.messages.get(disruption.tell or "")
        if told is not None and workflow in (None, told.workflow):
            origin = drawing.box(Box(f"disruption:{number}", BoxKind.DISRUPTION, disruption.label))
            drawing.way(
                origin, drawing.message(told), drawing.tongue.of("每位客户一次", "each customer once"), shadow=told.mode is Mode.SHADOW
            )
    return Told(drawing.boxes, tuple(dict.fromkeys(drawing.ways)))


class _Drawing:
    """Boxes and ways so far."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue
        self.boxes: dict[str, Box] = {}
        self.ways: list[Way] = []

    def box(self, box: Box) -> str:
        self.boxes.setdefault(box.id, box)
        return box.id

    def way(self, source: str, target: str, label: str, *, shadow: bool = False, fallback: bool = False) -> None:
        self.ways.append(Way(source, target, label, shadow, fallback))

    def policy(self, policy: Policy) -> None:
        rows = [(row, list(_telling(row.do))) for row in policy.timeline]
        if not any(own for _, own in rows):
            return
        limit = terms_words(self.tongue, policy.terms, policy.workflow) if policy.terms else ""
        if policy.excepts:
            limit += self.tongue.of(",另有例外", ", with exceptions")
        shadow = policy.mode is Mode.SHADOW
        origin = self.box(Box(f"policy:{policy.name}", BoxKind.POLICY, self._shown("policy", policy.name), limit, shadow))
        for row, own in rows:
            times = self.tongue.of("、", ", ").join(clock_words(at) for at in row.times)
            when = f"{self.tongue.of(*when_words(self.tongue, row))} {times}".strip()
            self._do(origin, own, when, policy.workflow, shadow=shadow)

    def rows_of(self, workflow: Workflow) -> None:
        """Rows of the states, then those of any state."""
        for state in workflow.states.values():
            self._state(workflow, f"state:{workflow.name}:{state.name}", self._shown("state", state.name, workflow.name), state.transitions)
        anywhere = self.tongue.of("任何未结束的状态", "any state not final")
        self._state(workflow, f"state:{workflow.name}:*", anywhere, workflow.from_any_state)

    def _state(self, workflow: Workflow, name: str, label: str, rows: Sequence[Transition]) -> None:
        for row in rows:
            own = list(_telling(row.do))
            if own:
                origin = self.box(Box(name, BoxKind.STATE, label, self._shown("workflow", workflow.name)))
                when = self._shown("event", row.event, workflow.name)
                if row.condition is not None:
                    when += f" [{self.tongue.condition(row.condition, workflow.name)}]"
                self._do(origin, own, when, workflow.name)

    def _do(self, origin: str, do: Sequence[Do], when: str, workflow: str, *, shadow: bool = False) -> None:
        for one in do:
            target, silent = self._thing(one, workflow)
            self.way(origin, target, when, shadow=shadow or silent)

    def _thing(self, do: Do, workflow: str) -> tuple[str, bool]:
        """The box of what is done, and whether it is in shadow itself."""
        messages, chains = self.tongue.rulebook.messages, self.tongue.rulebook.chains
        match do:
            case Send(message, to):
                return self.message(messages[message], to), messages[message].mode is Mode.SHADOW
            case Assign(text, role):
                task = self.box(Box(f"task:{role}:{text}", BoxKind.TASK, text))
                self.way(task, self._receiver(role, workflow), self.tongue.of("待办", "task"))
                return task, False
            case Escalate(chain, message):
                silent = message is not None and messages[message].mode is Mode.SHADOW
                return self.chain(chains[chain], message), silent or chains[chain].mode is Mode.SHADOW
            case Raise(event):
                return self.box(Box(f"event:{workflow}:{event}", BoxKind.EVENT, self._shown("event", event, workflow))), False
        raise AssertionError(do)

    def message(self, message: Message, to: str | None = None) -> str:
        """A message with whom it reaches; sent to somebody else than it says, it is a box of its own."""
        shadow = message.mode is Mode.SHADOW
        name = f"message:{message.name}" + (f":{to}" if to else "")
        if name in self.boxes:
            return name
        self.box(Box(name, BoxKind.MESSAGE, self._shown("message", message.name), shadow=shadow))
        how = self.tongue.channel(message.channel)
        if message.send_hours is not None:
            how += self.tongue.of(
                f",在{self.tongue.name('calendar', message.send_hours)}", f" during {self.tongue.name('calendar', message.send_hours)}"
            )
        self.way(name, self._receiver(to or message.to, message.workflow), how, shadow=shadow)
        for role in message.copy_to:
            self.way(name, self._receiver(role, message.workflow), self.tongue.of("抄送", "copy"), shadow=shadow)
        if message.fallback is not None:
            wait = self.tongue.seconds(message.fallback.after_seconds)
            other = self.tongue.channel(message.fallback.channel)
            label = self.tongue.of(f"没送到({wait}):{other}", f"not delivered ({wait}): {other}")
            self.way(name, self._receiver(message.fallback.to, message.workflow), label, shadow=shadow, fallback=True)
        return name

    def chain(self, chain: Chain, message: str | None) -> str:
        """A chain with every step and its time in all. What it says hangs on who began it."""
        says = self._shown("message", message) if message else ""
        name, shadow = f"chain:{chain.name}:{message or ''}", chain.mode is Mode.SHADOW
        if name in self.boxes:
            return name
        self.box(Box(name, BoxKind.CHAIN, self._shown("chain", chain.name), says, shadow))
        total = 0
        for step in chain.steps:
            total += step.wait_seconds
            when = self.tongue.seconds(total) if total else self.tongue.of("马上", "at once")
            during = f" {self.tongue.name('calendar', step.during)}" if step.during else ""
            self.way(name, self._receiver(step.to, ""), f"{when} {self.tongue.channels(step.channels)}{during}", shadow=shadow)
        wait = max(chain.steps[-1].wait_seconds, CHAIN_END_SECONDS_MIN)
        if chain.repeat_last is not None:
            wait, times = chain.repeat_last.every_seconds, chain.repeat_last.times
            total += wait * times
            again = self.tongue.of(f"再 {times} 次,每 {self.tongue.seconds(wait)}", f"{times} more, every {self.tongue.seconds(wait)}")
            self.way(name, self._receiver(chain.steps[-1].to, ""), again, shadow=shadow)
        self.way(
            name,
            self._receiver(LAST_RESORT, ""),
            self.tongue.of(f"{self.tongue.seconds(total + wait)},仍未解决", f"{self.tongue.seconds(total + wait)}, still unsolved"),
            shadow=shadow,
        )
        return name

    def _receiver(self, to: str, workflow: str) -> str:
        if self.tongue.lexicon.known("role", to):
            return self.box(Box(f"role:{to}", BoxKind.RECEIVER, self._shown("role", to)))
        return self.box(Box("customer", BoxKind.RECEIVER, self.tongue.of("客户", "customer")))

    def _shown(self, kind: str, name: str, within: str = "") -> str:
        return self.tongue.lexicon.shown(kind, name, within)


def _telling(do: Sequence[Do]) -> Iterator[Do]:
    """What reaches somebody, or leads to a row that may."""
    return (one for one in do if isinstance(one, Send | Assign | Escalate | Raise))
