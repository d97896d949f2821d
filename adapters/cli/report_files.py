"""How does a report get into a file? As CSV or XLSX for spreadsheets, or as one page that prints."""

from collections.abc import Callable
from pathlib import Path

from adapters.cli.speech import Speech, WrongUse
from adapters.files.report_xlsx import as_xlsx
from engine.reports.report_csv import as_csv
from engine.reports.report_page import page
from engine.reports.report_shape import FilledSheet
from engine.reports.report_told import Taken

FORMS: dict[str, Callable[[FilledSheet, Taken, str], bytes]] = {
    "csv": lambda found, _, lang: as_csv(found, lang),
    "xlsx": as_xlsx,
    "html": lambda found, taken, lang: page(found, taken, lang).encode(),
}
"""Option -> what it writes."""


def write_file(form: str, found: FilledSheet, taken: Taken, path: str, speech: Speech) -> None:
    """Write it, and say so. Raises WrongUse."""
    content = FORMS[form](found, taken, speech.lang)
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
    except OSError as problem:
        raise WrongUse(f"写不了 {path}({problem.strerror})", f"cannot write {path} ({problem.strerror})") from None
    speech.say(f"已写到 {path}({len(found.rows)} 行)", f"written to {path} ({len(found.rows)} rows)")
