"""What are the figures of a fortnight? One run, its checks, and its counts as Markdown.

usage: python -m tests.simulation.figures [--cases 10000] [--seed 7]
Exit code 1 when a check finds anything that is not known.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from engine.model.decision import JournalRow
from engine.reports.manners import Letters, manners
from engine.reports.regret import regret
from tests.simulation import checkers
from tests.simulation.fortnight import Fortnight

KNOWN: tuple[str, ...] = ()
"""Differences that docs/fortnight.md tells of; they are counted, and do not fail the run."""


def findings(run: Fortnight) -> dict[str, list[str]]:
    """Every check by its name."""
    roles, caps = run.rulebook.contacts.roles, run.rulebook.caps
    assert caps.customer is not None
    assert caps.staff is not None
    truly = checkers.true_promises(run)
    return {
        "customers_are_not_pestered": checkers.customers_are_not_pestered(run.handed, roles, caps.customer.count),
        "staff_are_not_flooded": checkers.staff_are_not_flooded(run.handed, roles, caps.staff.count, checkers.free_of(run)),
        "nothing_urgent_is_held": checkers.nothing_urgent_is_held(run),
        "nobody_is_told_after_the_case_moved_on": checkers.nobody_is_told_after_the_case_moved_on(run),
        "every_recorded_lateness_is_true": checkers.every_recorded_lateness_is_true(run, truly),
        "a_promise_given_up_in_time_is_not_late": checkers.a_promise_given_up_in_time_is_not_late(run, truly),
        "the_verdicts_are_true": checkers.the_verdicts_are_true(run, truly),
        "every_correction_follows_a_message": checkers.every_correction_follows_a_message(run),
        "whoever_was_told_wrongly_is_told_so": checkers.whoever_was_told_wrongly_is_told_so(run),
        "no_paper_of_ours_is_refused": checkers.no_paper_of_ours_is_refused(run),
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in line) + " |" for line in lines)


def journal_of(run: Fortnight) -> list[JournalRow]:
    return [line for row in run.rows() for line in run.stores.directory.journal(row.id)]


def page(run: Fortnight, seconds: float, found: dict[str, list[str]]) -> str:
    """All figures, in the order of docs/fortnight.md."""
    journal = journal_of(run)
    kinds = Counter(row.kind for row in journal)
    letters = (
        Letters(fields=row.fields, private=run.stores.directory.private(row.id), sent=run.stores.directory.sent(row.id))
        for row in run.rows()
    )
    asked = manners(run.rulebook, letters)
    left = Counter((one.channel, one.parcel.message or "(chain)") for one in run.handed if not one.parcel.command)
    held = Counter(
        (note.subject, note.kind, note.detail.partition(" ")[0] if note.kind in ("held", "suppressed") else "")
        for row in journal
        for note in row.notes
        if note.kind in ("held", "suppressed", "grouped", "released")
    )
    parts = [
        f"seed {run.seed} · {len(run.shipments):,} orders · {len(run.rows()):,} cases with their tickets · {len(journal):,} decisions · {seconds:.0f} s",
        table(["what was decided", "times"], sorted(kinds.items(), key=lambda one: -one[1])),
        table(["check", "findings"], [(name.replace("_", " "), len(wrong)) for name, wrong in found.items()]),
        table(
            ["policy", "recorded late", "corrected", "withdrawn", "regret rate", "messages about it"],
            [
                (one.policy, one.late, one.corrected, one.withdrawn, f"{one.rate:.1%}" if one.rate is not None else "–", one.messages)
                for one in regret(journal)
            ],
        ),
        table(["channel", "message", "handed over"], [(*key, number) for key, number in left.most_common()]),
        table(
            ["audience", "people", "messages", "most per day", "95 % of days at most", "most per hour"],
            [(one.audience, one.people, one.messages, one.most_per_day, one.p95_per_day, one.most_per_hour) for one in asked.lines],
        ),
        table(["message or chain", "what manners did", "why", "times"], [(*key, number) for key, number in held.most_common()]),
        table(["issued and not sent", "times"], asked.suppressed.items()),
    ]
    return "\n\n".join(parts)


def main() -> int:
    """Run, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    began = time.perf_counter()
    run = Fortnight(options.seed, options.cases).run()
    seconds = time.perf_counter() - began
    found = findings(run)
    print(page(run, seconds, found))
    for name, wrong in found.items():
        for line in wrong[:5]:
            print(f"{name}: {line}", file=sys.stderr)
    return int(any(wrong for name, wrong in found.items() if name not in KNOWN))


if __name__ == "__main__":
    sys.exit(main())
