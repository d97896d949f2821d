"""Are the rules fine? Every problem at once, and what the rulebook holds."""

import argparse
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from adapters.cli.rules import folder_of
from adapters.cli.speech import Speech
from adapters.clock import SystemClock
from adapters.files.rules import read_folder, read_rules, shipped_rules_dir
from engine.language.compile import Compiled, compile_rulebook
from engine.language.show import as_data, render
from engine.model.diagnostic import Severity
from engine.model.rulebook import Rulebook
from engine.service.almanac import with_outlook

PARAMETER = re.compile(r"\bP(\d{1,2})\b")
"""A value the documents left blank, as comments in the rules number it (requirements.md)."""


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`check [DIR]`."""
    parser.add_argument("dir", metavar="DIR", nargs="?", help=speech.of("规则文件夹(默认当前文件夹)", "rule folder (default: this one)"))
    parser.add_argument(
        "--form",
        choices=("full", "concise", "json"),
        default="full",
        help=speech.of("full 带原文,concise 一行一条", "full with the source line, concise one line each"),
    )
    parser.add_argument(
        "--defaults",
        action="store_true",
        help=speech.of("列出还是出厂默认值的参数(P1、P2……)", "list parameters (P1, P2 ...) that still stand at the shipped default"),
    )
    parser.add_argument("--strict", action="store_true", help=speech.of("有提醒也算不通过", "warnings fail too"))


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Compile and tell; 1 if there is an error (with --strict: a warning)."""
    folder = folder_of(options.dir)
    read = read_folder(folder)
    compiled = compile_rulebook(read.files)
    if compiled.rulebook is not None:
        compiled = replace(compiled, diagnostics=with_outlook(compiled.diagnostics, compiled.rulebook, SystemClock().now()))
    counts = _counts(compiled.rulebook)
    defaults = still_default(read.files) if options.defaults else []
    as_json = speech.json or options.form == "json"
    if as_json:
        answer: dict[str, object] = {
            "ok": compiled.rulebook is not None,
            "diagnostics": [as_data(one) for one in compiled.diagnostics],
            "recoded": [one.file for one in read.recoded],
            "counts": counts,
            "fingerprint": compiled.rulebook.fingerprint if compiled.rulebook else None,
        }
        if options.defaults:
            answer["defaults"] = [{"parameter": name, "place": place, "line": line} for name, place, line in defaults]
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        for one in read.recoded:
            speech.warn(f"{one.file}:{one.zh}", f"{one.file}: {one.en}")
        _tell(compiled, read.files, options.form, folder, speech)
        _tell_defaults(defaults, speech, asked=options.defaults)
    refused = compiled.rulebook is None or (options.strict and any(one.severity is Severity.WARNING for one in compiled.diagnostics))
    return 1 if refused else 0


def _tell(compiled: Compiled, files: Mapping[str, str], form: str, folder: Path, speech: Speech) -> None:
    if compiled.diagnostics:
        speech.line(render(compiled.diagnostics, files, speech.lang, form))
    rulebook = compiled.rulebook
    if rulebook is None:
        speech.say(f"{folder}:不能用", f"{folder}: refused")
        return
    counts = _counts(rulebook)
    speech.say(
        "通过:{workflows} 个流程,{states} 个状态,{policies} 项时效,{chains} 条升级链,{messages} 条消息,{connections} 个对接,{stories} 个故事".format(
            **counts
        ),
        "fine: {workflows} workflows, {states} states, {policies} policies, {chains} chains, {messages} messages, "
        "{connections} connections, {stories} stories".format(**counts),
    )


def _counts(rulebook: Rulebook | None) -> dict[str, int]:
    if rulebook is None:
        return {}
    return {
        "workflows": len(rulebook.workflows),
        "states": sum(len(one.states) for one in rulebook.workflows.values()),
        "policies": len(rulebook.policies),
        "chains": len(rulebook.chains),
        "messages": len(rulebook.messages),
        "connections": len(rulebook.connections),
        "stories": len(rulebook.stories),
    }


def still_default(files: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(parameter, file:line, what is written) for every parameter whose line reads as it was shipped."""
    shipped = {(name, text) for file in read_rules(shipped_rules_dir()).values() for _, name, text in _parameters(file)}
    found = [
        (name, f"{file}:{number}", text)
        for file, whole in files.items()
        for number, name, text in (_parameters(whole) if "/stories/" not in file else ())
        if (name, text) in shipped
    ]
    return sorted(found, key=lambda one: (int(one[0][1:]), one[1]))


def _parameters(text: str) -> list[tuple[int, str, str]]:
    """(line, parameter, what stands before the comment) of one file."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        # A line that is all comment stands for itself.
        written, mark, comment = line.partition(" #") if not line.lstrip().startswith("#") else (line, "#", line)
        if mark:
            rows += [(number, f"P{one}", written.strip()) for one in PARAMETER.findall(comment)]
    return rows


def _tell_defaults(defaults: list[tuple[str, str, str]], speech: Speech, *, asked: bool) -> None:
    if not asked:
        return
    if not defaults:
        speech.say("没有参数还是出厂默认值", "no parameter stands at the shipped default")
        return
    speech.say("还是出厂默认值,请与业务核对:", "still at the shipped default; please confirm with operations:")
    speech.table([speech.of("参数", "parameter"), speech.of("位置", "place"), speech.of("现写", "as written")], defaults)
