"""What should every figure of every report be? A second opinion in plain loops over the papers of the cases, without a word of the reports' code.

Read `docs/reports.md` beside it: each function counts what that page says, row by row, and nothing is shared with what it checks.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from engine.model.rulebook import Rulebook
from tests.histories.recount_papers import (
    Bag,
    Papers,
    Thing,
    amount,
    begun,
    complained,
    events,
    first_into,
    hand,
    judged,
    promises,
    reopened,
    solving,
    troubles,
    verdict,
    whole,
)


def sla(book: Rulebook, one: Papers) -> Iterable[Thing]:
    for clock in one.case.clocks:
        yield Thing(clock.due or clock.started_at, one, judged(one, clock), {"policy": clock.policy})


def pickup(book: Rulebook, one: Papers) -> Iterable[Thing]:
    for clock in one.case.clocks:
        if one.case.workflow == "shipment" and clock.policy in promises(book, "picked_up"):
            bag = judged(one, clock)
            if clock.stopped_at and clock.verdict.value in ("met", "met_reported_late", "late"):
                bag["taken_s"], bag["taken"] = whole(clock.stopped_at - clock.started_at), 1
            yield Thing(clock.due or clock.started_at, one, bag, {"policy": clock.policy})


def efficiency(book: Rulebook, one: Papers) -> Iterable[Thing]:
    if one.case.workflow != "ticket":
        return
    start = book.workflows["ticket"].start_state
    first = first_into(book, one, [name for name in book.workflows["ticket"].states if name != start])
    done = solving(book, one)
    bag: Bag = {"tickets": 1, "reopened": reopened(book, one), "answered": int(first is not None), "solved": int(done is not None)}
    for name, row in (("answered", first), ("solved", done)):
        if row is not None and row.occurred_at >= begun(one):
            bag[f"{name}_s"], bag[f"{name}_n"], bag[f"max_{name}"] = (
                whole(row.occurred_at - begun(one)),
                1,
                whole(row.occurred_at - begun(one)),
            )
    who = done or first
    yield Thing(begun(one), one, bag, {"person": hand(who) if who else ""})


def quality(book: Rulebook, one: Papers) -> Iterable[Thing]:
    if one.case.workflow not in ("shipment", "ticket"):
        return
    bag: Bag = {"orders": int(one.case.workflow == "shipment")}
    if one.case.workflow == "ticket":
        done, back, up = solving(book, one) is not None, reopened(book, one), any(row.name == "escalated" for row in events(one))
        bag |= {
            "tickets": 1, "solved": int(done), "reopened": back, "passed_on": int(up), "complaints": complained(book, one),
            "at_once": int(done and not back and not up),
        }  # fmt: skip
    score = scored(one)
    if score:
        bag["scores"], bag["score"] = 1, score[1]
    yield Thing(begun(one), one, bag)


def scored(one: Papers) -> tuple[datetime, Fraction] | None:
    found = None
    for row in events(one):
        for name in ("satisfaction", "score"):  # Where both are told, `score` is the one.
            if 1 <= amount(row.data.get(name)) <= 5:
                found = (row.occurred_at, amount(row.data[name]))
    return found


def satisfaction(book: Rulebook, one: Papers) -> Iterable[Thing]:
    score = scored(one)
    if score is None and not any("survey" in row.name for row in events(one)):
        return
    bag: Bag = {"asked": 1}
    if score:
        bag |= {"answered": 1, "score": score[1], "satisfied_n": int(score[1] >= 4), f"score_{int(score[1])}": 1}
    outcome = ""
    if one.case.workflow == "shipment":
        said = [clock.verdict.value for clock in one.case.clocks if clock.policy in promises(book, "delivered")]
        outcome = "late" if "late" in said else "on_time" if any(one.startswith("met") for one in said) else "no_promise"
        outcome = outcome if one.case.state == "delivered" else "not_delivered"
    yield Thing(score[0] if score else begun(one), one, bag, {"outcome": outcome})


def workload(book: Rulebook, one: Papers) -> Iterable[Thing]:
    kind = "tickets" if one.case.workflow == "ticket" else "orders"
    yield Thing(begun(one), one, {"received": 1, kind: 1}, {"person": hand(one.journal[0])})
    for row in events(one):
        if row.source.startswith("hand/"):
            yield Thing(row.occurred_at, one, {"events": 1}, {"person": hand(row)})
    for task in one.tasks:
        if task.status.value == "done" and task.finished_at and task.kind in ("task", "call"):
            bag = {"finished": 1, "calls": int(task.kind == "call"), "task_s": whole(task.finished_at - task.created_at)}
            yield Thing(task.finished_at, one, bag, {"person": task.claimed_by or "system"})
    done = solving(book, one) if one.case.workflow == "ticket" else None
    if done is not None:
        yield Thing(done.occurred_at, one, {"solved": 1}, {"person": hand(done)})


def trends(book: Rulebook, one: Papers) -> Iterable[Thing]:
    kind = one.case.workflow
    hour = begun(one).astimezone(ZoneInfo(book.timezone)).hour
    topic = one.case.fields.get("topic") if kind == "ticket" else None
    yield Thing(begun(one), one, {"opened": 1, "hours": {hour: 1}}, {"type": topic or kind})


CAUSES = {
    "延误": "物流延误", "丢损": "货物破损", "服务态度": "服务态度", "信息不准确": "信息不准确",
    **dict.fromkeys(("拒收", "未收到", "错发", "超区"), "配送问题"),
}  # fmt: skip


def complaints(book: Rulebook, one: Papers) -> Iterable[Thing]:
    fields = one.case.fields
    if one.case.workflow != "ticket" or fields.get("topic") in ("咨询", "查询"):
        return
    bag = {
        "problems": 1, "complaints": complained(book, one), "severe": int({fields.get("severity"), fields.get("urgency")} & {"严重", "紧急"} != set()),
        "late": int(any(verdict(one, clock) == "late" for clock in one.case.clocks)), "solved": int(solving(book, one) is not None),
        "reopened": reopened(book, one),
    }  # fmt: skip
    yield Thing(begun(one), one, bag, {"cause": fields.get("cause") or CAUSES.get(fields.get("topic", ""), "其他")})


def feedback(book: Rulebook, one: Papers) -> Iterable[Thing]:
    if one.case.workflow == "ticket" and complained(book, one):
        yield Thing(begun(one), one, {"complaints": 1})
    if one.case.workflow == "shipment":
        yield Thing(begun(one), one, {"orders": 1, "troubled": int(bool(troubles(one))), **dict.fromkeys(troubles(one), 1)})


def customers(book: Rulebook, one: Papers) -> Iterable[Thing]:
    late = any(verdict(one, clock) == "late" for clock in one.case.clocks)
    if one.case.workflow == "ticket":
        yield Thing(begun(one), one, {"tickets": 1, "complaints": complained(book, one), "tickets_late": int(late)})
    if one.case.workflow == "shipment":
        said = [verdict(one, clock) for clock in one.case.clocks if clock.policy in promises(book, "delivered")]
        bag: Bag = {
            "orders": 1, "delivered": int(one.case.state == "delivered"), "exceptions": int(bool(troubles(one))), "late": said.count("late"),
            "kept": sum(each.startswith("met") for each in said), "void": int(one.case.state in ("cancelled", "void")),
            "pieces": amount(one.case.fields.get("pieces")), "kg": amount(one.case.fields.get("weight_kg")),
        }  # fmt: skip
        yield Thing(begun(one), one, bag | {"judged": bag["kept"] + bag["late"]})


def accounts(book: Rulebook, one: Papers) -> Iterable[Thing]:
    if {one.case.fields.get("customer_tier"), one.case.fields.get("tier")} & {"VIP", "大客户"}:
        yield from customers(book, one)


def origin(book: Rulebook, one: Papers) -> Iterable[Thing]:
    if one.case.workflow != "shipment":
        return
    line = [milestone.state for milestone in book.workflows["shipment"].milestones]
    gone = first_into(book, one, line[line.index("picked_up") :]) is not None
    void = one.case.state in ("cancelled", "void")
    bag = {
        "orders": 1, "void": int(void), "shipped": int(gone and not void), "open": int(not gone and not void),
        "delivered": int(one.case.state == "delivered"), "pieces": amount(one.case.fields.get("pieces")),
        "kg": amount(one.case.fields.get("weight_kg")),
    }  # fmt: skip
    yield Thing(begun(one), one, bag)


def escalations(book: Rulebook, one: Papers) -> Iterable[Thing]:
    runs: list[Bag] = []
    for row in one.journal:
        for note in row.notes:
            mine = [run for run in runs if run["chain"] == note.subject]
            if note.kind == "chain_started":
                runs.append(
                    {
                        "chain": note.subject,
                        "at": row.decided_at,
                        "why": _why(note.detail, "policy:"),
                        "steps": 0,
                        "wait": None,
                        "end": 0,
                        "sorry": 0,
                    }
                )
            elif note.kind == "corrected":
                for run in runs:
                    run["sorry"] |= int(note.subject in run["why"])
            elif mine and note.kind == "chain_reason":
                mine[-1]["why"] |= _why(note.detail, "clock:")
            elif mine and note.kind == "chain_step":
                mine[-1]["steps"] += 1
            elif mine and note.kind == "acknowledged" and mine[-1]["wait"] is None:
                mine[-1]["wait"] = whole(row.decided_at - mine[-1]["at"])
            elif mine and note.kind == "chain_exhausted":
                mine[-1]["end"] = 1
    for run in runs:
        bag = {"begun": 1, "steps": run["steps"], "max_steps": run["steps"], "exhausted": run["end"], "regretted": run["sorry"]}
        if run["wait"] is not None:
            bag |= {"acknowledged": 1, "wait_s": run["wait"]}
        yield Thing(run["at"], one, bag, {"chain": run["chain"]})


def _why(detail: str, word: str) -> set[str]:
    return {detail[len(word) :].split("|")[0]} if detail.startswith(word) else set()


def messages(book: Rulebook, one: Papers) -> Iterable[Thing]:
    heard: dict[str, str] = {}
    for row in one.journal:
        for note in row.notes:
            if note.kind == "receipt":
                heard[note.subject] = note.detail.split(" ")[0]
    for row in one.sent:
        if row.kind != "message":
            continue
        end = {"done": "delivered", "accepted": "taken", "rejected": "refused", "dead": "refused", "unknown": "doubtful"}.get(
            row.status, row.status if row.status in ("dropped", "shadow") else "waiting"
        )
        if end == "taken" and heard.get(row.effect_id) in ("delivered", "rejected"):
            end = {"delivered": "delivered", "rejected": "refused"}[heard[row.effect_id]]
        bag: Bag = {"issued": 1, end: 1, "requests": len(one.attempts[row.effect_id])}
        for attempt in one.attempts[row.effect_id]:
            _price(book, row, attempt, end, bag)
        yield Thing(row.sent_at or row.at, one, bag, {"channel": row.channel or "", "message": row.message or "chain_step"})


def _price(book: Rulebook, row: Any, attempt: Any, end: str, bag: Bag) -> None:
    told = dict(attempt.measures)
    if "cost" in told:
        bag["told_cost"] = bag.get("told_cost", 0) + abs(amount(told["cost"]))
    taken = attempt.verdict is not None and attempt.verdict.value in ("accepted", "delivered")
    if not taken or (attempt.channel == "phone" and end != "delivered"):
        return
    pieces = 1
    if attempt.channel == "sms":
        signs = [one.options["sign"] for one in book.connections.values() if one.carries == "sms" and "sign" in one.options]
        letters = len(row.masked) + max([len(sign.strip("【】")) + 2 for sign in signs] or [6])
        pieces = int(told.get("segments") or 0) or (1 if letters <= 70 else (letters + 66) // 67)
        bag["segments"] = bag.get("segments", 0) + pieces
    if attempt.channel in book.costs:
        bag["cost"] = bag.get("cost", 0) + Fraction(book.costs[attempt.channel]) * pieces


COUNTED: dict[str, Callable[[Rulebook, Papers], Iterable[Thing]]] = {
    "pickup": pickup, "sla": sla, "efficiency": efficiency, "quality": quality, "workload": workload, "trends": trends,
    "complaints": complaints, "feedback": feedback, "accounts": accounts, "customers": customers, "origin": origin,
    "satisfaction": satisfaction, "escalations": escalations, "messages": messages,
}  # fmt: skip
