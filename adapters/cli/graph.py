"""What does a workflow look like, and who is told when? Mermaid text or an SVG drawing."""

import argparse

from adapters.cli.options import add_rules_option
from adapters.cli.rules import load, workflow_named
from adapters.cli.speech import Speech
from adapters.cli.writing import write_out
from engine.model.rulebook import Rulebook
from engine.reports.graph import mermaid
from engine.reports.graph_svg import svg
from engine.reports.graph_told import who_is_told
from engine.reports.graph_told_mermaid import mermaid_told
from engine.reports.graph_told_svg import svg_told


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`graph [WORKFLOW]`."""
    parser.add_argument(
        "workflow", metavar="WORKFLOW", nargs="?",
        help=speech.of("流程名;不写就画整套规则里谁在何时被告知", "the workflow's name; without one: who is told when, in the whole rulebook"),
    )  # fmt: skip
    parser.add_argument(
        "--told",
        action="store_true",
        help=speech.of("画这个流程里谁在何时被告知,不画状态", "draw who is told when in this workflow, not its states"),
    )
    parser.add_argument("--format", choices=("mermaid", "svg"), help=speech.of("mermaid(默认)或 svg", "mermaid (default) or svg"))
    parser.add_argument("-o", "--out", metavar="FILE", help=speech.of("写到文件(.svg 就画 svg)", "write to a file (.svg draws svg)"))
    add_rules_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Draw and write."""
    rulebook = load(options.rules, speech).rulebook
    workflow = workflow_named(rulebook, options.workflow).name if options.workflow else None
    form = options.format or ("svg" if (options.out or "").lower().endswith(".svg") else "mermaid")
    told = workflow is None or options.told
    drawn = _told(rulebook, workflow, form, speech) if told else _states(rulebook, workflow, form, speech)
    write_out(drawn, options.out, speech, {"workflow": workflow, "format": form, "drawing": "told" if told else "states"})
    return 0


def _told(rulebook: Rulebook, workflow: str | None, form: str, speech: Speech) -> str:
    drawing = who_is_told(rulebook, workflow, speech.lang)
    if form == "mermaid":
        return mermaid_told(drawing)
    title = speech.of("谁在何时被告知", "Who is told when")
    if workflow is not None:
        title += speech.of(f":{rulebook.workflows[workflow].label}", f": {workflow}")
    return svg_told(drawing, title, speech.lang)


def _states(rulebook: Rulebook, workflow: str | None, form: str, speech: Speech) -> str:
    drawn, policies = rulebook.workflows[workflow or ""], tuple(rulebook.policies.values())
    return svg(drawn, speech.lang, policies) if form == "svg" else mermaid(drawn, policies, speech.lang)
