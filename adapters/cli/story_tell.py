"""How are differences told? One line each: the wall-clock time, what about, expected against got, and where it is written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from adapters.cli.speech import Speech
from engine.service.stories import Mismatch, StoryResult
from engine.service.story_said import said


def tell(result: StoryResult, files: Mapping[str, str], speech: Speech) -> None:
    """A story that failed, one line per difference, with the line of the file under the first of each place."""
    story = result.story
    speech.line(f"✗ {story.name}  {story.span.file}:{story.span.line}")
    shown: set[int] = set()
    for one in result.mismatches:
        speech.line(f"  {when(one, story.timezone)}  {sentence(one, speech)}  {one.span.file}:{one.span.line}")
        written = _source_line(files, one)
        if written and one.span.line not in shown:
            shown.add(one.span.line)
            speech.line(f"    | {written}")
    speech.line()


def sentence(one: Mismatch, speech: Speech) -> str:
    """`发出  应为 sms: clerk hurry 10:20,实际 没有发(晚 1 分钟:10:21 发出)`."""
    return said(one, speech.lang)


def when(one: Mismatch, zone: str) -> str:
    """`2026-11-23 10:20` on the story's wall clock."""
    return f"{one.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _source_line(files: Mapping[str, str], one: Mismatch) -> str:
    lines = files.get(one.span.file, "").splitlines()
    return lines[one.span.line - 1].strip() if 0 < one.span.line <= len(lines) else ""


def data(result: StoryResult) -> dict[str, object]:
    """A failed story for programs."""
    mismatches = [
        {
            "file": one.span.file, "line": one.span.line, "at": one.at.isoformat(), "what": one.what,
            "expected": one.expected, "got": one.got, "near": one.near[1],
        }
        for one in result.mismatches
    ]  # fmt: skip
    return {"story": result.story.name, "file": result.story.span.file, "line": result.story.span.line, "mismatches": mismatches}


def write_junit(path: Path, results: Sequence[StoryResult], seconds: Sequence[float], stamp: str, speech: Speech) -> None:
    """JUnit XML as build servers read it: `testsuites` over one `testsuite` per file; `stamp`: ISO 8601 without a zone."""
    root = ElementTree.Element("testsuites")
    for place, file in enumerate(dict.fromkeys(one.story.span.file for one in results)):
        mine = [(one, took) for one, took in zip(results, seconds, strict=True) if one.story.span.file == file]
        suite = ElementTree.SubElement(
            root, "testsuite", name=file, id=str(place), package="waybill.stories", hostname="localhost", timestamp=stamp,
            tests=str(len(mine)), failures=str(sum(not one.ok for one, _ in mine)), errors="0", skipped="0",
            time=f"{sum(took for _, took in mine):.3f}",
        )  # fmt: skip
        for result, took in mine:
            _junit_case(suite, result, took, speech)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _junit_case(suite: ElementTree.Element, result: StoryResult, took: float, speech: Speech) -> None:
    span = result.story.span
    case = ElementTree.SubElement(
        suite, "testcase", classname=span.file.removesuffix(".yaml").replace("/", "."), name=result.story.name,
        file=span.file, line=str(span.line), time=f"{took:.3f}",
    )  # fmt: skip
    if result.ok:
        return
    lines = [f"{one.span.file}:{one.span.line} {when(one, result.story.timezone)} {sentence(one, speech)}" for one in result.mismatches]
    ElementTree.SubElement(case, "failure", message=_printable(lines[0]), type="mismatch").text = _printable("\n".join(lines))


def _printable(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(one if one >= " " or one in "\n\t" else "?" for one in text)
