"""What would have been different under these rules? Recorded cases rehearsed under the old and the new rulebook; nothing is written but the report."""

import argparse
import re
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from adapters.cli.options import add_jobs_option
from adapters.cli.plan_history import History
from adapters.cli.plan_json import as_data
from adapters.cli.plan_open import Book, OpenCases, rehearse_open, rules_of
from adapters.cli.plan_page import page_of
from adapters.cli.plan_report import Coverage, Report, coverage_of
from adapters.cli.plan_text import tell
from adapters.cli.plan_words import Words
from adapters.cli.pool import lived
from adapters.cli.replay import tell_problems
from adapters.cli.speech import Speech, WrongUse
from adapters.cli.times import read_time
from adapters.cli.version_ref import the_rulebook
from adapters.cli.writing import write_out
from adapters.clock import SystemClock
from adapters.files.parquet import parquet_files
from adapters.memory import open_memory
from engine.core.needs import needed_fields
from engine.model.rulebook import Rulebook
from engine.reports.plan import Fold
from engine.service.rehearse import Rules, rehearse

SAMPLE = "1%"
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)%", re.ASCII)


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`plan [OLD] NEW --history FILE ...`."""
    of = speech.of
    add = parser.add_argument
    add(
        "old",
        metavar="OLD",
        nargs="?",
        help=of(
            "现在的规则:文件夹,或版本 v7(有 --open 或 --db 时可不写:库里正用的)",
            "the rules as they are: a folder, or a version v7 (with --open or --db: those in force there)",
        ),
    )
    add("new", metavar="NEW", help=of("想换成的规则:文件夹,或版本", "the rules to be: a folder, or a version"))
    add(
        "--history",
        metavar="FILE",
        nargs="+",
        action="extend",
        default=[],
        help=of(
            "历史:JSON 行(可用 gzip),自己的数据库,或 Parquet(文件、文件夹、通配)",
            "histories: JSON lines (plain or gzip), a database of ours, or Parquet (file, folder, pattern)",
        ),
    )
    add(
        "--open",
        metavar="DB",
        help=of("只读这个库里的未结单:一发布会立即触发什么", "look at its open cases, read only: what fires at once"),
    )
    add(
        "--db",
        metavar="DB",
        help=of(
            "版本在哪个库里(默认 --open 的库,再是 WAYBILL_DB)",
            "the database that holds the versions (default: that of --open, then WAYBILL_DB)",
        ),
    )
    add("--days", metavar="N", type=int, help=of("只看最后 N 天里新开的单", "only cases begun in the last N days"))
    add("--since", metavar="TIME", help=of("只看从这时起新开的单", "only cases begun since then"))
    add("--until", metavar="TIME", help=of("走到什么时候为止(默认最后一件事的时刻)", "rehearse until then (default: the last event)"))
    add("--at", metavar="TIME", help=of("什么时候发布(默认现在),给 --open 用", "the moment of publishing (default: now), for --open"))
    add("--workflow", metavar="NAME", help=of("只看这个流程的单", "only cases of this workflow"))
    add("--sample", metavar="SHARE", nargs="?", const=SAMPLE, help=of("只抽一部分单(默认 1%%)", "a sample of the cases (1%% if not said)"))
    add("--all", action="store_true", help=of("列出每一张单,不只三张", "every case, not three examples"))
    add("--html", metavar="FILE", help=of("再写一份网页报告", "write a page, too"))
    add_jobs_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Say it; 0 whether or not anything differs. Lines that cannot be read are listed and left out."""
    _must_make_sense(options)
    old, new = _books(options, speech)
    report = _report(options, old, new, speech)
    words = Words(old[0], new[0], speech)
    speech.data(as_data(report, words))
    tell(report, words)
    if options.html:
        write_out(page_of(report, words), options.html, Speech(speech.lang), {})
    return 0


def _must_make_sense(options: argparse.Namespace) -> None:
    if not options.history and not options.open:
        raise WrongUse("要写 --history 或 --open", "one of --history and --open is needed")
    if options.jobs < 1:
        raise WrongUse("--jobs 至少 1", "--jobs is at least 1")
    if options.days is not None and (options.since or options.days < 1):
        raise WrongUse("--days 至少 1,不能和 --since 一起写", "--days is at least 1 and does not go with --since")
    options.db = options.db or options.open
    if options.old is None and not options.db:
        raise WrongUse("要写两套规则:现在的、想换成的", "two rulebooks are needed: as it is, as it shall be")
    missing = next((name for name in options.history if not Path(name).is_file() and not parquet_files(name)), None)
    if missing:
        raise WrongUse(f"没有这个文件:{missing}", f"no such file: {missing}")


def _books(options: argparse.Namespace, speech: Speech) -> tuple[Book, Book]:
    old = _book(options.old, options, speech) if options.old else rules_of(options.db)
    return old, _book(options.new, options, speech)


def _book(reference: str, options: argparse.Namespace, speech: Speech) -> Book:
    rulebook, files = the_rulebook(reference, options, speech)
    return rulebook, dict(files)


def _report(options: argparse.Namespace, before: Book, after: Book, speech: Speech) -> Report:
    opened = _open_cases(options, before, after)
    old, new = before[0], after[0]
    if not options.history:
        return Report(plan=Fold(new.timezone).plan(), open=opened, coverage=Coverage())
    clock = SystemClock()
    begun = clock.monotonic()
    zone = old.timezone
    if options.workflow and options.workflow not in {**old.workflows, **new.workflows}:
        raise WrongUse(f"没有流程“{options.workflow}”", f"there is no workflow {options.workflow!r}")
    history = History(
        files=options.history,
        timezone=zone,
        declared={name: {*_events(old, name), *_events(new, name)} for name in {**old.workflows, **new.workflows}},
        share=_share(options.sample),
        workflow=options.workflow,
        since=read_time(options.since, zone) if options.since else None,
        days=options.days,
        until=read_time(options.until, zone) if options.until else None,
    )
    until = history.survey()
    tell_problems(history.problems, speech)
    fields = needed_fields(new)
    folding = Fold(new.timezone, fields, options.all)
    # Both sides at the prices of the new rules: a price alone is no difference.
    work = partial(rehearse, Rules(replace(old, costs=new.costs)), Rules(new, fields), until=until, new_stores=open_memory)
    for pair in lived(work, history.cases(), None, options.jobs, speech):
        folding.take(pair)
    seconds = clock.monotonic() - begun
    _tell_speed(folding.cases, history.events, seconds, speech)
    plan = folding.plan()
    return Report(plan=plan, history=history, open=opened, coverage=coverage_of(old, new, plan, history.seen))


def _events(rulebook: Rulebook, workflow: str) -> set[str]:
    found = rulebook.workflows.get(workflow)
    return set(found.events) if found else set()


def _share(text: str | None) -> float:
    """`5%` -> 0.05; nothing: all of them. Raises WrongUse."""
    if text is None:
        return 1.0
    match = _SHARE.fullmatch(text)
    if not match or not 0 < float(match[1]) <= 100:
        raise WrongUse(f"“{text}”不是抽样比例,写成 5%", f"{text!r} is no share; write 5%")
    return float(match[1]) / 100


def _open_cases(options: argparse.Namespace, old: Book, new: Book) -> OpenCases | None:
    if not options.open:
        return None
    at: datetime = read_time(options.at, new[0].timezone) if options.at else SystemClock().now()
    return rehearse_open(options.open, old, new, at, all_examples=options.all)


def _tell_speed(cases: int, events: int, seconds: float, speech: Speech) -> None:
    """On standard error: the answer itself is the same each time."""
    rates = (cases / seconds, events / seconds) if seconds else (0.0, 0.0)
    speech.warn(
        f"预演 {cases:,} 单、{events:,} 件事,新旧各一遍:{seconds:.1f} 秒(每秒 {rates[0]:,.0f} 单、{rates[1]:,.0f} 件)",
        f"rehearsed {cases:,} cases, {events:,} events, twice each: {seconds:.1f} s ({rates[0]:,.0f} cases, {rates[1]:,.0f} events a second)",
    )
