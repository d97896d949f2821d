"""How does a new year of holidays get into the rules? From a CSV or a holiday-cn JSON, into a file of its own."""

import argparse
from dataclasses import replace
from pathlib import Path

from adapters.cli.options import add_rules_option
from adapters.cli.parser import add_globals
from adapters.cli.rules import folder_of
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.files.rules import read_folder
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.language.year_file import BadYear, blank_year, read_year, write_year
from engine.model.diagnostic import Severity

FILE_BYTES_MAX = 1_000_000


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`calendar import [FILE] [--year Y]`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="import")
    told = speech.of("把一年的放假安排做成规则文件", "make a rule file of a year's holidays")
    made = deeds.add_parser("import", help=told, description=told)
    made.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help=speech.of(
            "CSV(date,until,kind,label;kind 写 closed 或 open)或 holiday-cn 的 JSON;不写就做一张空表",
            "a CSV (date,until,kind,label; kind is closed or open) or a holiday-cn JSON; without it a form to fill in is made",
        ),
    )
    made.add_argument("--year", metavar="Y", type=int, help=speech.of("哪一年", "which year"))
    made.add_argument("--name", metavar="NAME", default="cn", help=speech.of("假期表的名字(默认 cn)", "the holiday list (default cn)"))
    made.add_argument("--notice", metavar="TEXT", default="", help=speech.of("通知的文号", "the notice's number"))
    made.add_argument("--source", metavar="URL", default="", help=speech.of("通知的网址", "the notice's address"))
    add_rules_option(made, speech)
    add_globals(made, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Write the file if the rulebook with it compiles; 1 and nothing written if it does not."""
    if options.file is None and options.year is None:
        raise WrongUse("写上文件,或用 --year 做一张空表", "name a file, or make a form to fill in with --year")
    year, text = _text(options)
    folder = folder_of(options.rules)
    # The shipped list keeps short names; another list's name tells the files apart.
    inside = f"rules/holidays_{year}.yaml" if options.name == "cn" else f"rules/holidays_{options.name}_{year}.yaml"
    target = folder / inside
    if target.exists():
        raise NotFine(f"{target} 已经有了,不覆盖", f"{target} exists and is not overwritten")
    _check(folder, inside, text, speech)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as made:
            made.write(text)
    except OSError as problem:
        raise NotFine(f"写不了 {target}({problem.strerror})", f"cannot write {target} ({problem.strerror})") from None
    speech.say(f"已写到 {target}:", f"written to {target}:")
    speech.line(text.rstrip("\n"))
    speech.data({"file": str(target), "year": year, "confirmed": options.file is not None, "text": text})
    return 0


def _text(options: argparse.Namespace) -> tuple[int, str]:
    if options.year is not None and not 2000 <= options.year <= 2199:
        raise WrongUse(f"没有 {options.year} 年", f"no year {options.year}")
    if not options.name.replace("_", "").isalnum():
        raise WrongUse("名字只用字母、汉字、数字和下划线", "a name has letters, digits and underscores only")
    if options.file is None:
        return options.year, blank_year(options.year, name=options.name)
    try:
        found = read_year(_read(Path(options.file)), options.year)
    except BadYear as problem:
        raise NotFine(f"{options.file}:{problem.zh}", f"{options.file}: {problem.en}") from None
    return found.year, write_year(found, name=options.name, notice=options.notice, source=options.source)


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise WrongUse(f"读不了 {path}({problem.strerror})", f"cannot read {path} ({problem.strerror})") from None
    if len(raw) > FILE_BYTES_MAX:
        raise NotFine(f"{path} 太大", f"{path} is too large")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotFine(f"{path} 不是文本", f"{path} is no text")


def _check(folder: Path, inside: str, text: str, speech: Speech) -> None:
    """Refuse what would break the rulebook, a date in conflict with another file for one."""
    files = dict(read_folder(folder).files)
    before = {replace(one, related=()) for one in compile_rulebook(files).diagnostics}
    compiled = compile_rulebook({**files, inside: text})
    new = [one for one in compiled.diagnostics if one.severity is Severity.ERROR and replace(one, related=()) not in before]
    if new:
        shown = render(new, {**files, inside: text}, speech.lang, "full")
        speech.warn(shown, shown)
        raise NotFine("这样写进去规则就不能用了,没有写", "the rules would be refused with it; nothing was written")
