"""What do the journals say, counted? `report`: which reports there are; `report NAME`: its table, as JSON, or as a file."""

import argparse
from collections.abc import Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches

from adapters.cli import report_people, report_rounds
from adapters.cli.desk import opened
from adapters.cli.options import add_desk_options
from adapters.cli.report_files import FORMS, write_file
from adapters.cli.report_mail import send_report
from adapters.cli.report_said import as_data, say
from adapters.cli.speech import Speech, WrongUse
from adapters.cli.times import read_time
from engine.model.rulebook import Rulebook
from engine.reports.report_dossiers import dossiers
from engine.reports.report_fold import filled
from engine.reports.report_groups import dimension_named
from engine.reports.report_over import OVER, covered
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import Period, Scope, Sheet
from engine.reports.report_told import Taken

ALL = "all"
NOTHING = "none"
SHAPERS = ("since", "until", "period", "by", "only", "over", "mail", *FORMS)


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`report [NAME]`."""
    parser.add_argument(
        "report", nargs="?", metavar="REPORT", help=speech.of("哪张报表(不写就列出全部)", "which report (none: all are listed)")
    )
    parser.add_argument("--since", metavar="DATE", help=speech.of("从哪天起,含这天", "from this day on, the day included"))
    parser.add_argument("--until", metavar="DATE", help=speech.of("到哪天为止,含这天", "up to this day, the day included"))
    parser.add_argument(
        "--period", choices=(*Period, ALL), metavar="PERIOD",
        help=speech.of("每天、每周、每月、每季一行:day week month quarter;all 合在一起", "a row per day, week, month or quarter; all: one row"),
    )  # fmt: skip
    parser.add_argument(
        "--by", metavar="WHAT",
        help=speech.of("按什么分行,逗号隔开:area person customer ……,或字段名;none 不分", "rows by, with commas: area, person, customer ..., or a field; none: not"),
    )  # fmt: skip
    parser.add_argument(
        "--only", action="append", metavar="WHAT=VALUE",
        help=speech.of("只数这些:area=深圳、person=8011 ……,可以写几个", "count only these: area=NAME, person=8011 ...; may be given again"),
    )  # fmt: skip
    parser.add_argument(
        "--csv", metavar="FILE", help=speech.of("写成 CSV 文件,表格软件能直接打开", "write a CSV file that spreadsheets open")
    )
    parser.add_argument(
        "--xlsx",
        metavar="FILE",
        help=speech.of("写成 Excel 文件,数字、百分比、日期都带格式", "write an Excel file, numbers and dates typed"),
    )
    parser.add_argument("--over", choices=tuple(OVER), metavar="OVER", help=speech.of("昨天、上周、上月:", "whole ones: ") + " ".join(OVER))
    parser.add_argument(
        "--mail", action="append", metavar="TO",
        help=speech.of("发邮件给岗位或地址,附 Excel;可以写几个", "mail it to a role or an address, with the spreadsheet; may be given again"),
    )  # fmt: skip
    parser.add_argument(
        "--scheduled",
        action="store_true",
        help=speech.of(
            "列出规则里的定时报表,和最近一次送到了没有", "the reports that go out by themselves, and whether the last one arrived"
        ),
    )
    parser.add_argument("--html", metavar="FILE", help=speech.of("写成一页带图的网页,可打印", "write a page with a chart, to be printed"))
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The list, or the table; 0 also when it is empty."""
    if options.scheduled:
        if options.report is not None:
            raise WrongUse("--scheduled 不带报表名", "--scheduled takes no report")
        _refuse_shaping(options, "--scheduled ", "--scheduled")
        with opened(options, speech) as desk:
            report_rounds.tell(desk, speech)
        return 0
    if options.report is None:
        _refuse_shaping(options, "列表", "the list")
        _list(speech)
        return 0
    if options.report not in SHEETS and options.report not in report_people.REPORTS:
        near = get_close_matches(options.report, [*SHEETS, *report_people.REPORTS], n=1)
        hint = f" ({near[0]}?)" if near else ""
        raise WrongUse(
            f"没有报表“{options.report}”{hint};waybill report 列出全部", f"no report {options.report!r}{hint}; waybill report lists them"
        )
    with opened(options, speech) as desk:
        if options.report in report_people.REPORTS:
            _refuse_shaping(options, f"报表 {options.report}", f"the report {options.report}")
            report_people.tell(options.report, desk, speech)
            return 0
        sheet = SHEETS[options.report]
        scope = scope_of(options, sheet, desk.rulebook, desk.desk.now())
        found = filled(sheet, scope, dossiers(desk.stores, papers_of(sheet, scope)))
        version = desk.desk.library.version
        taken = Taken(at=desk.desk.now(), version=version.number if version else None, fingerprint=desk.rulebook.fingerprint)
        files = {form: getattr(options, form) for form in FORMS if getattr(options, form) is not None}
        for form, path in files.items():
            write_file(form, found, taken, path, speech)
        mailed = send_report(found, taken, options.mail, desk, speech) if options.mail else {}
    if files or mailed:
        speech.data({"report": sheet.name, "files": files, "mailed": mailed, "rows": len(found.rows)})
    else:
        say(found, speech)
        speech.data(as_data(found, speech))
    return 0


def scope_of(options: argparse.Namespace, sheet: Sheet, rulebook: Rulebook, now: datetime) -> Scope:
    """What was asked, with what the sheet does if nothing is said. Raises WrongUse."""
    if options.over is not None and (options.since or options.until):
        raise WrongUse("--over 不能与 --since、--until 同用", "--over goes without --since and --until")
    since = read_time(options.since, rulebook.timezone) if options.since else None
    until = _end(options.until, rulebook.timezone) if options.until else None
    if options.over is not None:
        since, until = covered(options.over, now, rulebook.timezone)
    if since is not None and until is not None and since >= until:
        raise WrongUse("--since 晚于 --until", "--since is after --until")
    period = sheet.period if options.period is None else None if options.period == ALL else Period(options.period)
    return Scope(
        rulebook=rulebook,
        since=since,
        until=until,
        period=period,
        by=_by(options.by, sheet, rulebook),
        only=_only(options.only, sheet, rulebook),
    )


def _end(text: str, zone: str) -> datetime:
    """A date alone means until its end; an instant is not included."""
    end = read_time(text, zone)
    if ":" in text:
        return end
    return read_time(f"{(datetime.fromisoformat(text.strip().replace('/', '-')) + timedelta(days=1)):%Y-%m-%d}", zone)


def _by(text: str | None, sheet: Sheet, rulebook: Rulebook) -> tuple[str, ...]:
    if text is None:
        return sheet.by
    if text == NOTHING:
        return ()
    words = text.replace("\N{FULLWIDTH COMMA}", ",").split(",")
    return tuple(dict.fromkeys(_dimension(word.strip(), sheet, rulebook) for word in words))


def _only(texts: Sequence[str] | None, sheet: Sheet, rulebook: Rulebook) -> tuple[tuple[str, str], ...]:
    found = []
    for text in texts or ():
        word, is_there, value = text.partition("=")
        if not is_there:
            raise WrongUse(f"--only 要写成 area=深圳 这样,不是“{text}”", f"--only is written as area=NAME, not {text!r}")
        found.append((_dimension(word.strip(), sheet, rulebook), value.strip()))
    return tuple(found)


def _dimension(word: str, sheet: Sheet, rulebook: Rulebook) -> str:
    name = dimension_named(rulebook, word, sheet.may)
    if name is None:
        words = " ".join(sheet.may)
        raise WrongUse(
            f"报表 {sheet.name} 不能按“{word}”分;可用:{words},或规则里的字段名",
            f"{sheet.name} cannot be sorted by {word!r}; take {words}, or a field of the rules",
        )
    return name


def _refuse_shaping(options: argparse.Namespace, zh: str, en: str) -> None:
    """Better refused than silently left out."""
    given = [f"--{name}" for name in SHAPERS if getattr(options, name) is not None]
    if given:
        raise WrongUse(f"{zh}不收 {' '.join(given)}", f"{en} takes no {' '.join(given)}")


def _list(speech: Speech) -> None:
    lines: Sequence[tuple[str, str, str, str, str]] = [
        *((one.name, one.zh, one.en, one.source, " ".join(one.by)) for one in SHEETS.values()),
        *((name, zh, en, source, "") for name, (zh, en, source) in report_people.REPORTS.items()),
    ]
    speech.table(
        speech.of("报表 数什么 依据 按什么分", "report counts source by").split(),
        [(name, speech.of(zh, en), source, by) for name, zh, en, source, by in lines],
    )
    speech.data([{"report": name, "title": speech.of(zh, en), "source": source, "by": by.split()} for name, zh, en, source, by in lines])
