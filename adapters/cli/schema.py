"""What may stand in a rule file? The JSON Schema of this rulebook, with its own names, for editors."""

import argparse
import json

from adapters.cli.rules import add_rules_option, load
from adapters.cli.speech import Speech
from adapters.cli.writing import write_out
from engine.language.schema import json_schema


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`schema`."""
    parser.add_argument("-o", "--out", metavar="FILE", help=speech.of("写到文件", "write to a file"))
    add_rules_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The schema is JSON with or without --json."""
    text = json.dumps(json_schema(load(options.rules, speech).rulebook), ensure_ascii=False, indent=2)
    write_out(text, options.out, speech if options.out else Speech(speech.lang), {"schema": options.out})
    return 0
