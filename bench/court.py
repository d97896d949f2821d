"""What does one decision cost the court itself? Recorded papers decided again, without a store; a case as it grows; one condition."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from ours import START, old_orders

from adapters.memory import open_memory
from adapters.wiring.opening import load_rules
from engine.core import reading
from engine.core.answers import answer_of
from engine.core.decide import decide
from engine.core.evaluate import Seen, evaluate
from engine.model.case import Case
from engine.model.condition import AllOf, Clause, Word
from engine.model.event import Event
from engine.model.rulebook import Rulebook
from engine.model.span import NOWHERE
from engine.service import advance
from engine.service.replay import group, replay
from engine.service.stories import play

Paper = tuple[Rulebook, Case, Event]
TICKET = ("escalated", "asked_customer", "customer_replied", "edited")


@contextmanager
def _noted() -> Iterator[list[Paper]]:
    """Everything that is put before the court meanwhile."""
    papers: list[Paper] = []
    real = advance.decide

    def noting(rulebook: Rulebook, case: Case, event: Event, now: object) -> object:
        papers.append((rulebook, case, event))
        return real(rulebook, case, event, now)  # type: ignore[arg-type]  # an instant

    advance.decide = noting  # type: ignore[assignment]  # for as long as papers are collected
    try:
        yield papers
    finally:
        advance.decide = real


def story_papers() -> list[Paper]:
    """Of all shipped stories."""
    rulebook = load_rules(None)[0]
    with _noted() as papers:
        for story in rulebook.stories:
            play(rulebook, story, open_memory())
    return papers


def order_papers(file: Path) -> list[Paper]:
    """Of real orders, with years of bells."""
    rulebook, events = old_orders(file)
    until = max(one.received_at for one in events)
    with _noted() as papers:
        for case in group(events, lambda one: one.workflow):
            replay(rulebook, case, until, open_memory)
    return papers


def of_kind(papers: Sequence[Paper], kind: str) -> Callable[[], float]:
    """Decisions per second of one kind of paper, all papers decided in their order."""
    return lambda: _decided(papers, kind)


def _decided(papers: Sequence[Paper], kind: str) -> float:
    reading.MEMORY.forget()
    cases: dict[tuple[str, int], Case] = {}
    seconds, number = 0.0, 0
    for rulebook, first, event in papers:
        key = (first.id, id(rulebook))
        known = cases.get(key)
        case = known if known is not None and known.revision == first.revision else first
        began = time.process_time_ns()
        after = decide(rulebook, case, event, event.received_at).after
        if kind in ("", event.kind.value):
            seconds += (time.process_time_ns() - began) / 1e9
            number += 1
        cases[key] = after
    return number / seconds


def grown(events: int, measured: int = 40) -> Callable[[], float]:
    """Decisions per second of a ticket that has so many events already."""
    rulebook = load_rules(None)[0]
    case = Case(id="ticket:1", workflow="ticket", revision=0, opened_at=START)
    names = itertools.chain(rulebook.workflows["ticket"].start_events[:1], itertools.cycle(TICKET))
    papers = [
        Event(id=f"e{one}", source="hand/bench", name=next(names), occurred_at=START + timedelta(minutes=7 * one),
              received_at=START + timedelta(minutes=7 * one))
        for one in range(events + measured)
    ]  # fmt: skip
    for paper in papers[:events]:
        case = decide(rulebook, case, paper, paper.received_at).after

    def once() -> float:
        grown_case, began = case, time.process_time()
        for paper in papers[events:]:
            grown_case = decide(rulebook, grown_case, paper, paper.received_at).after
        return measured / (time.process_time() - began)

    return once


def condition_rows(times: int = 50_000) -> dict[str, Callable[[], float]]:
    """One condition of three clauses, as the shared yardstick has it: values already typed, and read from texts each time."""
    rulebook = load_rules(None)[0]
    workflow = rulebook.workflows["shipment"]
    clauses = (
        Clause("pay_by", Word.IS, ("现付",), NOWHERE),
        Clause("weight_kg", Word.MORE_THAN, (Decimal(50),), NOWHERE),
        Clause("city", Word.ONE_OF, ("深圳", "广州"), NOWHERE),
    )
    condition, codes = AllOf(clauses), frozenset({"深圳", "广州"})
    texts = [
        {"pay_by": pay, "weight_kg": weight, "city": city}
        for pay, weight, city in itertools.product(("现付", "到付"), ("80", "12.5"), ("深圳", "北京"))
    ]
    ready = [Seen(workflow, one, rulebook.timezone, "intake") for one in texts]
    typed = [{name: seen.value(name) for name in ("pay_by", "weight_kg", "city")} for seen in ready]
    fifty = Decimal(50)

    def closure(row: dict[str, object]) -> bool:
        return row["pay_by"] == "现付" and row["weight_kg"] > fifty and row["city"] in codes  # type: ignore[operator]  # a number

    return {
        "Python closure over typed values": lambda: _rate(times, lambda n: closure(typed[n & 7])),
        "waybill: the answer, values typed": lambda: _rate(times, lambda n: answer_of(condition, ready[n & 7])),
        "waybill: the answer, from texts": lambda: _rate(
            times // 5, lambda n: answer_of(condition, Seen(workflow, texts[n & 7], rulebook.timezone, "intake"))
        ),
        "waybill: with its checks, values typed": lambda: _rate(times // 5, lambda n: evaluate(condition, ready[n & 7])),
    }


def _rate(times: int, once: Callable[[int], object]) -> float:
    began = time.process_time()
    for number in range(times):
        once(number)
    return times / (time.process_time() - began)
