"""Does the rulebook do what its stories say? Plays them and shows what differs, place by place."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from adapters.cli.rules import load
from adapters.cli.speech import Speech
from adapters.clock import SystemClock
from adapters.memory import open_memory
from engine.service.stories import Mismatch, StoryResult, play

WHAT = {
    "event": ("事件", "event"),
    "state": ("状态", "state"),
    "sent": ("发出", "sent"),
    "tasks": ("待办", "tasks"),
    "late": ("超时", "late"),
    "corrected": ("更正", "corrected"),
    "opened": ("新开的单", "opened"),
    "commands": ("指令", "commands"),
    "finished": ("办结", "finished"),
    "answered": ("接电话", "answered"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`test [DIR]`."""
    parser.add_argument("dir", metavar="DIR", nargs="?", help=speech.of("规则文件夹(默认当前文件夹)", "rule folder (default: this one)"))
    parser.add_argument(
        "-k",
        metavar="TEXT",
        dest="only",
        default="",
        help=speech.of("只演名字、文件或流程里有这段文字的", "only stories whose name, file or workflow holds this text"),
    )
    parser.add_argument("--junit", metavar="FILE", help=speech.of("另写一份 JUnit XML", "write a JUnit XML file, too"))


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Play, tell, 1 if anything differs or nothing was played."""
    clock = SystemClock()
    loaded = load(options.dir, speech)
    chosen = [one for one in loaded.rulebook.stories if options.only in f"{one.name} {one.span.file} {one.workflow}"]
    begun = clock.monotonic()
    results: list[StoryResult] = []
    seconds: list[float] = []
    for story in chosen:
        before = clock.monotonic()
        results.append(play(loaded.rulebook, story, open_memory()))
        seconds.append(clock.monotonic() - before)
    failed = [one for one in results if not one.ok]
    for result in failed:
        _tell(result, loaded.files, speech)
    took = clock.monotonic() - begun
    if options.junit:
        _write_junit(Path(options.junit), results, seconds, speech)
    if not chosen:
        speech.say("没有故事可演", "no story to play")
    passed = len(results) - len(failed)
    speech.say(f"{len(results)} 个故事,{passed} 个通过({took:.1f} 秒)", f"{len(results)} stories, {passed} passed ({took:.1f} s)")
    speech.data({"stories": len(results), "passed": passed, "seconds": round(took, 3), "failed": [_data(one) for one in failed]})
    return 0 if results and not failed else 1


def _tell(result: StoryResult, files: Mapping[str, str], speech: Speech) -> None:
    story = result.story
    speech.line(f"✗ {story.name}  {story.span.file}:{story.span.line}")
    for one in result.mismatches:
        speech.line(
            f"  {one.span.file}:{one.span.line}  {_when(one, story.timezone)}  {speech.of(*WHAT.get(one.what, (one.what, one.what)))}"
        )
        written = _source_line(files, one)
        if written:
            speech.line(f"    | {written}")
        speech.line(f"    {speech.of('应为', 'expected')}  {one.expected}")
        speech.line(f"    {speech.of('实际', 'got')}{speech.of('', '     ')}  {one.got}")
    speech.line()


def _when(one: Mismatch, zone: str) -> str:
    return f"{one.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _source_line(files: Mapping[str, str], one: Mismatch) -> str:
    lines = files.get(one.span.file, "").splitlines()
    return lines[one.span.line - 1].strip() if 0 < one.span.line <= len(lines) else ""


def _data(result: StoryResult) -> dict[str, object]:
    mismatches = [
        {"file": one.span.file, "line": one.span.line, "at": one.at.isoformat(), "what": one.what, "expected": one.expected, "got": one.got}
        for one in result.mismatches
    ]
    return {"story": result.story.name, "file": result.story.span.file, "line": result.story.span.line, "mismatches": mismatches}


def _write_junit(path: Path, results: Sequence[StoryResult], seconds: Sequence[float], speech: Speech) -> None:
    suite = ElementTree.Element(
        "testsuite", name="waybill stories", tests=str(len(results)), failures=str(sum(not one.ok for one in results)), errors="0",
        time=f"{sum(seconds):.3f}",
    )  # fmt: skip
    for result, took in zip(results, seconds, strict=True):
        span = result.story.span
        case = ElementTree.SubElement(
            suite, "testcase", classname=span.file, name=result.story.name, file=span.file, line=str(span.line), time=f"{took:.3f}"
        )
        if not result.ok:
            first = result.mismatches[0]
            failure = ElementTree.SubElement(case, "failure", message=f"{first.what}: {first.expected} / {first.got}")
            failure.text = "\n".join(
                f"{one.span.file}:{one.span.line} {_when(one, result.story.timezone)} {one.what}\n"
                f"  {speech.of('应为', 'expected')} {one.expected}\n  {speech.of('实际', 'got')} {one.got}"
                for one in result.mismatches
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
