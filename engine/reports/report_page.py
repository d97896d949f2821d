"""How does a report look on paper, or in a mail? One HTML page with its drawing, its table and how it was counted; nothing is fetched from anywhere."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from engine.reports.report_shape import FilledSheet
from engine.reports.report_svg import chart_svg
from engine.reports.report_told import Taken, about, beside, heads, lines, of, span, title, total_line, wall

ROWS_MAX = 2_000
"""Of a page; more belong into a spreadsheet, and the page says so."""
CSS = """
body{margin:24px auto;max-width:1100px;padding:0 16px;color:#1b1f24;font:14px/1.5 'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif}
h1{font-size:20px;margin:0 0 4px}p{margin:4px 0}svg{max-width:760px;width:100%;height:auto;margin:12px 0}
table{border-collapse:collapse;margin:12px 0}th,td{padding:3px 10px 3px 0;text-align:left;vertical-align:top;border-bottom:1px solid #d0d7de}
th{border-bottom:2px solid #57606a}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tfoot td{font-weight:bold;border-top:2px solid #57606a}
.small{font-size:12px;color:#57606a}.wide{overflow-x:auto}
@media print{body{margin:0;max-width:none;font-size:10pt}thead{display:table-header-group}tr,svg{break-inside:avoid}.wide{overflow:visible}}
"""


def page(found: FilledSheet, taken: Taken, lang: str, *, drawn: bool = True) -> str:
    """The whole page. `drawn`: False for mails, whose programs show no drawings."""
    told = title(found, lang)
    parts = [
        "<!DOCTYPE html>", f'<html lang="{of(lang, "zh-CN", "en")}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(told)}</title><style>{CSS}</style></head><body>",
        f"<h1>{escape(told)}</h1><p>{escape(span(found, lang))}</p>",
        chart_svg(found, lang) if drawn else "",
        table(found, lang), f"<p>{escape(about(found, lang))}</p>", _beside(found, taken, lang), "</body></html>",
    ]  # fmt: skip
    return "\n".join(part for part in parts if part) + "\n"


def table(found: FilledSheet, lang: str) -> str:
    """The table alone, for any page of ours; a sentence where there is nothing to count."""
    if not found.rows:
        return f"<p>{of(lang, '没有可数的', 'nothing to count')}</p>"
    names = heads(found, lang)
    leads = len(names) - len(found.total)
    head = "".join(f'<th scope="col"{_number(place, leads)}>{escape(name)}</th>' for place, name in enumerate(names))
    rows = lines(found, lang)
    body = "".join(_row(row, leads) for row in rows[:ROWS_MAX])
    foot = f"<tfoot>{_row(total_line(found, lang), leads)}</tfoot>" if len(rows) > 1 else ""
    more = len(rows) - ROWS_MAX
    said = f"<p>{of(lang, f'另有 {more} 行,请导出表格', f'{more} more rows: export a spreadsheet')}</p>" if more > 0 else ""
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table></div>{said}'


def _row(cells: Sequence[str], leads: int) -> str:
    return "<tr>" + "".join(f"<td{_number(place, leads)}>{escape(cell)}</td>" for place, cell in enumerate(cells)) + "</tr>"


def _number(place: int, leads: int) -> str:
    return ' class="n"' if place >= leads else ""


def _beside(found: FilledSheet, taken: Taken, lang: str) -> str:
    """What is needed to count it again, but for what stands above already."""
    zone = found.scope.rulebook.timezone
    told = [
        f"{escape(name)}: {escape(wall(value, zone) if isinstance(value, datetime) else str(value))}"
        for place, (name, value) in enumerate(beside(found, taken, lang))
        if place != 2
    ]
    return f'<p class="small">{" · ".join(told)}</p>'
