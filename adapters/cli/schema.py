"""What may stand in a rule file? JSON Schemas of this project, with its own names, for editors; once, or on every save."""

import argparse
import json
import time
from pathlib import Path

from adapters.cli.options import add_rules_option
from adapters.cli.rules import folder_of
from adapters.cli.speech import Speech
from adapters.files.rules import RulesProblem, fingerprint_of_files, read_folder
from adapters.files.schemas import FOLDER, map_in_vscode, schemas_of, write_schemas
from engine.language.project import Project, kinds_of, read_project
from engine.language.schema import json_schema

LOOK_SECONDS = 0.5
"""So often --watch looks whether somebody saved."""


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`schema [DIR]`."""
    parser.add_argument("dir", metavar="DIR", nargs="?", help=speech.of("规则文件夹(同 --rules)", "rule folder (as --rules)"))
    parser.add_argument(
        "-o",
        "--out",
        metavar="FOLDER",
        help=speech.of("写到文件夹,每种文件一份;不写就打印", "write one file per kind into a folder; without it, print"),
    )
    parser.add_argument(
        "--vscode", action="store_true",
        help=speech.of(f"写进 .vscode/settings.json,哪个文件用哪份(-o 默认 {FOLDER})", f"tell .vscode/settings.json which file uses which (-o: {FOLDER})"),
    )  # fmt: skip
    parser.add_argument(
        "--watch", action="store_true",
        help=speech.of(f"有人保存规则就重写,Ctrl-C 结束(-o 默认 {FOLDER})", f"write again whenever rules are saved, until Ctrl-C (-o: {FOLDER})"),
    )  # fmt: skip
    add_rules_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The schemas, also of a project with mistakes: an editor is there to mend them."""
    rules = folder_of(options.dir or options.rules)
    if not (options.out or options.vscode or options.watch):
        schemas = json_schema(read_project(read_folder(rules).files), speech.lang)
        print(json.dumps(schemas, ensure_ascii=False, indent=2))
        return 0
    out = Path(options.out) if options.out else rules / FOLDER
    seen, project = fingerprint_of_files(rules), _write(rules, out, options, speech, None)
    while options.watch:
        time.sleep(LOOK_SECONDS)
        now = fingerprint_of_files(rules)
        if now != seen:
            seen, project = now, _written_again(rules, out, options, speech, project)
    return 0


def _written_again(rules: Path, out: Path, options: argparse.Namespace, speech: Speech, last: Project) -> Project:
    """Once more; a folder that cannot be read at this moment is waited for."""
    try:
        return _write(rules, out, options, speech, last)
    except RulesProblem as problem:
        speech.warn(problem.zh, problem.en)
        return last


def _write(rules: Path, out: Path, options: argparse.Namespace, speech: Speech, last: Project | None) -> Project:
    files = read_folder(rules).files
    project = read_project(files, last)
    changed = write_schemas(out, json_schema(project, speech.lang))
    mapping = schemas_of(kinds_of(files), out, rules)
    told = str(map_in_vscode(rules, mapping)) if options.vscode else None
    if last is None and not options.vscode:
        speech.say(f"已写到 {out}。编辑器按下表取用:", f"written to {out}. Which file uses which:")
        speech.table([speech.of("文件", "file"), "schema"], [(file, schema) for schema, listed in mapping.items() for file in listed])
    elif changed or last is None:
        speech.say(f"已写到 {out}:{len(changed)} 份有变", f"written to {out}: {len(changed)} changed")
    if last is None or (speech.json and changed):
        speech.data({"folder": str(out), "changed": changed, "schemas": mapping, "settings": told})
    return project
