"""Can a real case become a story? Pins it: written with everybody masked, played before it is kept."""

import argparse
from datetime import timedelta
from pathlib import Path

from adapters.cli.desk import opened, the_case
from adapters.cli.options import add_desk_options
from adapters.cli.parser import add_globals
from adapters.cli.rules import folder_of
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.cli.story_tell import sentence, when
from adapters.memory import open_memory
from adapters.wiring.opening import Opened
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.ports.directory import CaseRow
from engine.service.pin import Pinned, pin
from engine.service.pinned_papers import papers_of
from engine.service.stories import StoryResult, play

PLACE = "rules/stories/pinned_on_trial.yaml"
"""Where the story is put while it is tried; no file of that name is written."""


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`story pin CASE`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar=speech.of("做什么", "DEED"))
    pinning = deeds.add_parser(
        "pin", help=speech.of("把一张真实的单写成故事,姓名电话地址都换掉", "write a real case as a story, everybody masked")
    )
    pinning.add_argument("case", metavar="CASE", help=speech.of("单号或任何一个名字", "the case's id or any of its names"))
    pinning.add_argument("--name", help=speech.of("故事的名字(默认按流程和结局起)", "the story's name (default: by workflow and outcome)"))
    pinning.add_argument(
        "-o", "--out", metavar="FILE", help=speech.of("写到哪个文件(默认规则文件夹的 rules/stories/;- 是屏幕)", "file to write (default: rules/stories/ of the rule folder; - is the screen)")
    )  # fmt: skip
    dates = pinning.add_mutually_exclusive_group()
    dates.add_argument("--keep-dates", action="store_true", help=speech.of("时间照旧(默认)", "keep the times (default)"))
    dates.add_argument("--shift-weeks", type=int, default=0, metavar="N", help=speech.of("整体挪动 N 周", "move everything by N weeks"))
    pinning.add_argument(
        "--force",
        action="store_true",
        help=speech.of("演不通过也写;文件已有也覆盖", "write even if it does not pass, over a file that exists"),
    )
    add_desk_options(pinning, speech)
    add_globals(pinning, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Pin, play, write; 1 and nothing written if the story does not pass on the rules that decided the case."""
    with opened(options, speech) as desk:
        case = the_case(desk, options.case)
        papers = papers_of(desk.stores, case)
        if papers.opened_by:
            raise WrongUse(f"这张单是 {papers.opened_by} 开出来的,请钉那一张", f"{papers.opened_by} opened this case: pin that one")
        if not any(row.external for row in papers.rows):
            raise NotFine("这张单还没有发生过什么", "nothing has happened to this case yet")
        rulebook, files = _decided_by(desk, papers.rows[-1].entry.rulebook, options, speech)
        name = options.name or _name(rulebook, case, speech)
        pinned = pin(rulebook, papers, name, shift=timedelta(weeks=options.shift_weeks))
    if pinned.left:
        raise NotFine(
            f"还有 {len(pinned.left)} 个真实的值换不掉,没有写", f"{len(pinned.left)} real values could not be masked; nothing written"
        )
    result = _tried(pinned, files, speech)
    if not result.ok:
        _say_why(result, speech)
        if not options.force:
            raise NotFine(
                "钉下的故事没有通过,没有写;要写就加 --force", "the pinned story does not pass; nothing written (--force writes it)"
            )
    written = _write(pinned, options, case, speech)
    speech.data(
        {"case": case.id, "story": pinned.name, "file": written, "passes": result.ok, "rulebook": rulebook.fingerprint, "text": pinned.text}
    )
    return 0 if result.ok else 1


def _decided_by(desk: Opened, fingerprint: str, options: argparse.Namespace, speech: Speech) -> tuple[Rulebook, dict[str, str]]:
    """The rulebook that decided last, from the shelf; the present one if the shelf has none."""
    from adapters.files.rules import read_rules

    now = dict(read_rules(folder_of(options.rules)))
    kept = None if fingerprint == desk.rulebook.fingerprint else desk.stores.shelf.files(fingerprint)
    if kept is None:
        if fingerprint != desk.rulebook.fingerprint:
            speech.warn(
                f"裁决它的规则({fingerprint[:12]})没有存下来,用现在的规则演",
                f"the rules that decided it ({fingerprint[:12]}) are not kept: played on the present ones",
            )
        return desk.rulebook, now
    compiled = compile_rulebook(kept).rulebook
    return (compiled, dict(kept)) if compiled is not None else (desk.rulebook, now)


def _name(rulebook: Rulebook, case: CaseRow, speech: Speech) -> str:
    workflow = rulebook.workflows[case.workflow]
    state = workflow.states[case.state].label if case.state in workflow.states else case.state
    return speech.of(f"真实的一张{workflow.label}:{state}", f"a real {workflow.name}: {case.state}") + f" ({case.opened_at:%Y-%m-%d})"


def _tried(pinned: Pinned, files: dict[str, str], speech: Speech) -> StoryResult:
    """Play it as `waybill test` would: from its text."""
    compiled = compile_rulebook({**files, PLACE: pinned.text})
    errors = [one for one in compiled.diagnostics if one.span.file == PLACE]
    if compiled.rulebook is None:
        for one in errors:
            speech.warn(f"{one.span.line}: {one.zh}", f"{one.span.line}: {one.en}")
        raise NotFine("这张单写不成故事(见上),没有写", "this case cannot be written as a story (see above); nothing written")
    story = next(one for one in compiled.rulebook.stories if one.span.file == PLACE)
    return play(compiled.rulebook, story, open_memory())


def _say_why(result: StoryResult, speech: Speech) -> None:
    speech.warn("演下来和当时不一样:", "played again it differs from what happened:")
    for one in result.mismatches:
        line = f"  {when(one, result.story.timezone)}  {sentence(one, speech)}"
        speech.warn(line, line)


def _write(pinned: Pinned, options: argparse.Namespace, case: CaseRow, speech: Speech) -> str:
    if options.out == "-":
        speech.line(pinned.text.rstrip("\n"))
        return "-"
    file = (
        Path(options.out)
        if options.out
        else folder_of(options.rules) / f"rules/stories/pinned_{case.workflow}_{case.opened_at:%Y%m%d_%H%M%S}.yaml"
    )
    if file.exists() and not options.force:
        raise WrongUse(f"{file} 已经有了,换个名字或加 --force", f"{file} exists; choose another name, or --force")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(pinned.text, encoding="utf-8")
    speech.say(f"写在 {file}", f"written to {file}")
    return str(file)
