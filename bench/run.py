"""How fast is it, beside the least work that could do the job? One run, all rows interleaved.

usage: python bench/run.py [--seconds 1.5] [--rounds 3] [--armed 100000] [--only events|timers|replay|calendar|court]
Takes about two minutes. Numbers are comparable inside one run only. Replay and sums count the seconds of
the processor, the rest those on the wall.
"""

import argparse
import time

import court as papers
import ours
import yardstick
from ring import ring_rulebook
from rounds import interleaved, machine, table

from adapters.wiring.opening import load_rules

PARTS = ("events", "timers", "replay", "calendar", "court")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.5, help="of one round of one row")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--armed", type=int, default=100_000, help="timers armed while others fire")
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    began = time.perf_counter()
    print(machine())
    if yardstick.shared("common") is None:
        print(f"the shared yardsticks are absent ({yardstick.SHARED / 'bench'}; set WAYBILL_SHARED): raw sqlite3 of our own stands in")
    for part in [options.only] if options.only else PARTS:
        globals()[part](options)
    print(f"\n{time.perf_counter() - began:.0f} s in all")


def events(options: argparse.Namespace) -> None:
    """(a) durable events, one by one and in groups of 100."""
    limits = yardstick.events_rows(options.seconds)
    rows = dict(limits)
    for name, group in (("one by one", 1), ("groups of 100", 100)):
        ring, shipped = ours.Bench(ring_rulebook()), ours.Bench(load_rules(None)[0])
        ring_feed, shipped_feed = ours.ring_feed(ring, 1000), ours.shipment_feed()
        rows[f"waybill, ring, {name}"] = lambda bench=ring, feed=ring_feed, group=group: bench.events(feed, group, options.seconds)
        rows[f"waybill, shipped rulebook, {name}"] = lambda bench=shipped, feed=shipped_feed, group=group: bench.events(
            feed, group, options.seconds
        )
    table("Durable events (SQLite, synchronous=FULL)", "events", interleaved(rows, options.rounds))


def timers(options: argparse.Namespace) -> None:
    """(b) timers as full decisions, and a beat with nothing to do."""
    few, many = 1000, options.armed
    raw, bench = {armed: yardstick.Timers(armed) for armed in (few, many)}, {}
    for armed in (few, many):
        bench[armed] = ours.Bench(ring_rulebook())
        bench[armed].arm_strangers(armed)
    feed = ours.ring_feed(bench[many], 150)
    fired = {
        f"raw loop: take out, write down, 200 in a transaction, {many:,} armed": raw[many].fire,
        f"waybill: a decision each, {many:,} armed": lambda: bench[many].fire(feed, 150),
    }
    table("Timers fired", "timers", interleaved(fired, options.rounds))
    idle = {f"raw loop, {armed:,} armed": raw[armed].idle for armed in (few, many)}
    idle |= {f"waybill: beat, post and next instant, {armed:,} armed": bench[armed].idle for armed in (few, many)}
    table("Beats with nothing to do", "beats", interleaved(idle, options.rounds))


def replay(options: argparse.Namespace) -> None:
    """(c) replay of old events."""
    ring = ours.old_ring()
    rows = {"SQLite rows + json.loads of each payload": yardstick.old_rows(), "waybill, ring": lambda: ours.replayed(ring)}
    histories = yardstick.SHARED / "data" / "histories" / "olist_orders.events.jsonl.gz"
    if histories.is_file():
        orders = ours.old_orders(histories)
        rows["waybill, real orders with two years of bells"] = lambda: ours.replayed(orders)
    table("Replay, one process", "old events", interleaved(rows, options.rounds))


def calendar(options: argparse.Namespace) -> None:
    """(d) open hours, added near and far."""
    rulebook = ring_rulebook()
    rows = {"datetime + timedelta": ours.added_plainly}
    for hours in (1, 100, 10_000):
        rows[f"waybill: {hours:,} open hours"] = lambda hours=hours: ours.added(rulebook, hours)
    table("Open time added", "sums", interleaved(rows, options.rounds))


def court(options: argparse.Namespace) -> None:
    """(e) the court alone: recorded papers by kind, a case as it grows, one condition."""
    limit = {"SQLite rows + json.loads of each payload": yardstick.old_rows()}
    stories = papers.story_papers()
    rows = {f"stories, {kind or 'all'}": papers.of_kind(stories, kind) for kind in ("", "happened", "bell", "receipt")}
    histories = yardstick.SHARED / "data" / "histories" / "olist_orders.events.jsonl.gz"
    if histories.is_file():
        rows["real orders, all"] = papers.of_kind(papers.order_papers(histories), "")
    rows |= {f"a ticket with {events} events": papers.grown(events) for events in (10, 100, 500)}
    table("The court alone, one decision each", "decisions", interleaved({**limit, **rows}, options.rounds))
    table("One condition of three clauses", "answers", interleaved(papers.condition_rows(), options.rounds))


if __name__ == "__main__":
    main()
