"""What do the journals say, counted? Every report of the registry: by period, by what, narrowed down; on the page, as CSV, as a spreadsheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from adapters.files.report_xlsx import as_xlsx
from adapters.web.console.jobs import Job
from adapters.web.console.visit import Page, Trouble, Visit
from engine.model.values import FieldType
from engine.ports.staff import Access
from engine.reports.report_csv import as_csv
from engine.reports.report_dossiers import dossiers
from engine.reports.report_fold import filled
from engine.reports.report_groups import DIMENSIONS, dimension_named, rulebook_fields
from engine.reports.report_over import OVER, covered
from engine.reports.report_page import table
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import Dossier, FilledSheet, Period, Scope, Sheet
from engine.reports.report_svg import chart_svg
from engine.reports.report_told import Taken, about, beside, span, title, wall

FRESH_SECONDS = 60.0
"""So old may be what is downloaded or shown again."""
AT_ONCE_SECONDS = 1.5
"""What is counted so quickly stands on the page at once."""
DOWNLOAD_SECONDS = 60.0
DAYS = 30
"""How far back the page looks if nobody says otherwise."""
ALL = "all"
ASKED = ("over", "since", "until", "period", "by", "then", "only", "value", "drawn")
FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Counted:
    """A report as it came out, and when."""

    found: FilledSheet
    taken: Taken


def listed(visit: Visit) -> Response:
    """Every report, with what it counts."""
    return visit.show("reports/reports.html", sheets=SHEETS.values())


def one(visit: Visit) -> Response:
    """The form, and the report if it is counted quickly; else how far it is."""
    sheet = _sheet(visit)
    asked = _asked(visit, sheet)
    job = _counting(visit, sheet, asked)
    job.over.wait(AT_ONCE_SECONDS)
    return visit.show("reports/report.html", **_result(visit, sheet, asked, job), **_choices(visit, sheet))


def part(visit: Visit) -> Response:
    """The report, or how far it is."""
    sheet = _sheet(visit)
    asked = _asked(visit, sheet)
    job = _counting(visit, sheet, asked)
    return visit.show("reports/result.html", **_result(visit, sheet, asked, job))


def download(visit: Visit) -> Response:
    """As a file: what the page shows, or counted now."""
    sheet, form = _sheet(visit), visit.params["form"]
    if form not in FORMS:
        raise Trouble(404)
    asked = _asked(visit, sheet)
    job = _counting(visit, sheet, asked)
    job.over.wait(DOWNLOAD_SECONDS)
    if not isinstance(job.result, Counted):
        raise Trouble(503, "reports.slow")
    found = job.result
    body = as_csv(found.found, visit.lang) if form == "csv" else as_xlsx(found.found, found.taken, visit.lang)
    name = f"{sheet.name}-{found.taken.at.astimezone(visit.zone):%Y%m%d-%H%M}.{form}"
    return Response(body, headers={"Content-Type": FORMS[form], "Content-Disposition": f'attachment; filename="{name}"'})


def _sheet(visit: Visit) -> Sheet:
    sheet = SHEETS.get(visit.params["name"])
    if sheet is None:
        raise Trouble(404)
    return sheet


def _asked(visit: Visit, sheet: Sheet) -> dict[str, str]:
    """The form as it was sent; as the report is meant to be read if nothing was."""
    given = {name: visit.query.get(name, "").strip()[:100] for name in ASKED}
    if not any(name in visit.query for name in ASKED):
        first = visit.now.astimezone(visit.zone).date() - timedelta(days=DAYS - 1)
        by = [*sheet.by, "", ""]
        given |= {"since": first.isoformat(), "period": sheet.period.value if sheet.period else ALL, "by": by[0], "then": by[1]}
    return given


def _scope(visit: Visit, sheet: Sheet, asked: Mapping[str, str]) -> Scope:
    rulebook = visit.desk.rulebook()
    over = asked["over"]
    if over in OVER:
        since, until = covered(over, visit.now, rulebook.timezone)
    else:
        dates = over != ALL
        since_day, until_day = _day(visit, asked["since"]) if dates else None, _day(visit, asked["until"], 1) if dates else None
        if since_day is not None and until_day is not None and since_day >= until_day:
            raise Trouble(422, "reports.wrong_dates")
        return _scoped(visit, sheet, asked, since_day, until_day)
    return _scoped(visit, sheet, asked, since, until)


def _scoped(visit: Visit, sheet: Sheet, asked: Mapping[str, str], since: datetime | None, until: datetime | None) -> Scope:
    rulebook = visit.desk.rulebook()
    named = [dimension_named(rulebook, asked[name], sheet.may) for name in ("by", "then", "only")]
    by, then, only = (name or "" for name in named)
    return Scope(
        rulebook=rulebook, since=since, until=until, period=Period(asked["period"]) if asked["period"] in list(Period) else None,
        by=tuple(dict.fromkeys(filter(None, (by, then)))), only=((only, asked["value"]),) if only and asked["value"] else (),
    )  # fmt: skip


def _day(visit: Visit, text: str, plus: int = 0) -> datetime | None:
    """Midnight of a date in the rulebook's zone; None: no date."""
    try:
        day = datetime.fromisoformat(text).date() + timedelta(days=plus)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), visit.zone)


def _counting(visit: Visit, sheet: Sheet, asked: Mapping[str, str]) -> Job:
    """Counted beside the page: of many cases it takes a while. Whoever has the same areas and asks the same gets the same."""
    scope, user, version = _scope(visit, sheet, asked), visit.user, visit.stores.shelf.current()
    areas = user.areas if user else ()
    stores, now = visit.stores, visit.now
    taken = Taken(at=now, version=version.number if version else None, fingerprint=scope.rulebook.fingerprint)

    def work(job: Job) -> Counted | None:
        papers = papers_of(sheet, scope)
        job.total = sum(sum(states.values()) for states in stores.directory.counts().values())

        def seen() -> Iterator[Dossier]:
            for dossier in dossiers(stores, papers):
                if job.stop.is_set():
                    return
                job.done += 1
                if visit.may_see(dossier.case):
                    yield dossier

        found = filled(sheet, scope, seen())
        return None if job.stop.is_set() else Counted(found, taken)

    key = (
        "report",
        sheet.name,
        scope.since,
        scope.until,
        scope.period,
        scope.by,
        scope.only,
        scope.rulebook.fingerprint,
        areas,
        visit.unplaced,
    )
    return visit.looks.jobs.begin(key, visit.by, now, work, fresh_seconds=FRESH_SECONDS)


def _result(visit: Visit, sheet: Sheet, asked: Mapping[str, str], job: Job) -> dict[str, object]:
    """What the part knows."""
    query = urlencode({name: value for name, value in asked.items() if value} or {"over": ALL})
    known: dict[str, object] = {"sheet": sheet, "asked": asked, "job": job, "query": query, "areas": visit.user.areas if visit.user else ()}
    counted = job.result
    if not isinstance(counted, Counted):
        return known | {"counted": None}
    found, lang, zone = counted.found, visit.lang, visit.desk.rulebook().timezone
    drawn = asked["drawn"] if asked["drawn"] in {column.key for column in sheet.columns} else None
    told = [(name, wall(value, zone) if isinstance(value, datetime) else value) for name, value in beside(found, counted.taken, lang)]
    return known | {
        "counted": counted, "chart": Markup(chart_svg(found, lang, drawn)), "table": Markup(table(found, lang)),  # noqa: S704  # Ours, with every text in it escaped.
        "title": title(found, lang), "span": span(found, lang), "about": about(found, lang), "beside": told,
    }  # fmt: skip


def _choices(visit: Visit, sheet: Sheet) -> dict[str, object]:
    """What the form offers."""
    own = [(name, visit.of(DIMENSIONS[name].zh, DIMENSIONS[name].en)) for name in sheet.may]
    declared = rulebook_fields(visit.desk.rulebook()).values()
    fields = [
        (one.name, visit.of(one.label, one.name)) for one in declared if one.type is not FieldType.COUNT and one.name not in dict(own)
    ]
    return {
        "overs": tuple(OVER), "periods": [one.value for one in Period], "dimensions": own, "fields": fields,
        "columns": [(one.key, visit.of(one.zh, one.en)) for one in sheet.columns],
    }  # fmt: skip


ROUTES = (
    Page(path="/reports", act=listed, least=Access.VIEWER),
    Page(path="/reports/{name}/part", act=part, least=Access.VIEWER),
    Page(path="/reports/{name}/file/{form}", act=download, least=Access.VIEWER),
    Page(path="/reports/{name}", act=one, least=Access.VIEWER),
)
