"""What does this workflow look like? Mermaid text or an SVG drawing."""

import argparse

from adapters.cli.rules import add_rules_option, load, workflow_named
from adapters.cli.speech import Speech
from adapters.cli.writing import write_out
from engine.reports.graph import mermaid
from engine.reports.graph_svg import svg


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`graph WORKFLOW`."""
    parser.add_argument("workflow", metavar="WORKFLOW", help=speech.of("流程名", "the workflow's name"))
    parser.add_argument("--format", choices=("mermaid", "svg"), help=speech.of("mermaid(默认)或 svg", "mermaid (default) or svg"))
    parser.add_argument("-o", "--out", metavar="FILE", help=speech.of("写到文件(.svg 就画 svg)", "write to a file (.svg draws svg)"))
    add_rules_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Draw and write."""
    rulebook = load(options.rules, speech).rulebook
    workflow = workflow_named(rulebook, options.workflow)
    form = options.format or ("svg" if (options.out or "").lower().endswith(".svg") else "mermaid")
    drawn = svg(workflow, speech.lang) if form == "svg" else mermaid(workflow, tuple(rulebook.policies.values()), speech.lang)
    write_out(drawn, options.out, speech, {"workflow": workflow.name, "format": form})
    return 0
