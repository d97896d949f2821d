"""What do the rules say, for somebody who reads no YAML? Sentences, exact, from the rules as they are compiled."""

import argparse
from difflib import get_close_matches
from pathlib import Path

from adapters.cli.rules import load
from adapters.cli.speech import Speech, WrongUse
from engine.model.rulebook import Rulebook
from engine.reports.sentences import KINDS, heading, lines, of_file, read_out
from engine.reports.sentences_words import Paragraph


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`read [FILE|DIR]`."""
    parser.add_argument(
        "where", nargs="?", metavar="DIR|FILE",
        help=speech.of("规则文件夹,或其中一份文件(默认同 --rules)", "a rule folder, or one file of it (default: as everywhere)"),
    )  # fmt: skip
    parser.add_argument(
        "-k", metavar="WORD", dest="word", help=speech.of("只读名字里有这个词的规则", "only rules whose name contains this")
    )
    parser.add_argument(
        "--kind", choices=tuple(KINDS), metavar="KIND",
        help=speech.of(f"只读一种:{' '.join(KINDS)}", f"one kind only: {' '.join(KINDS)}"),
    )  # fmt: skip
    parser.add_argument("--places", action="store_true", help=speech.of("每条规则注明文件和行", "say the file and line of each rule"))


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Read out what was asked for; 1 when nothing answers to it."""
    folder, file = folder_and_file(options.where)
    rulebook = load(folder, speech).rulebook
    told = read_out(rulebook, speech.lang)
    wanted = [one for one in (told if file is None else of_file(told, file)) if options.kind in (None, one.kind)]
    if options.word:
        wanted = [one for one in wanted if options.word in one.name or options.word in one.label]
        if not wanted:
            raise WrongUse(
                f"没有规则叫“{options.word}”{_near(rulebook, options.word)}",
                f"no rule is called {options.word!r}{_near(rulebook, options.word)}",
            )
    for paragraph in wanted:
        place = f"  {paragraph.span.file}:{paragraph.span.line}" if options.places and paragraph.span.file else ""
        speech.line(f"{heading(paragraph, speech.lang)}{place}")
        for one in lines(paragraph.sentences, speech.lang):
            speech.line(f"  {one}")
        speech.line()
    speech.data([_as_data(one) for one in wanted])
    return 0


def folder_and_file(where: str | None) -> tuple[str | None, str | None]:
    """A file is read within the folder of its rulebook: the one above `rules` or `workflows`."""
    if where is None or not Path(where).is_file():
        return where, None
    path = Path(where).resolve()
    for parent in path.parents:
        if parent.name in ("rules", "workflows"):
            return str(parent.parent), path.relative_to(parent.parent).as_posix()
    return str(path.parent), path.name


def _near(rulebook: Rulebook, word: str) -> str:
    near = get_close_matches(word, [*rulebook.policies, *rulebook.messages, *rulebook.chains, *rulebook.workflows], n=1)
    return f" ({near[0]}?)" if near else ""


def _as_data(paragraph: Paragraph) -> dict[str, object]:
    return {
        "kind": paragraph.kind, "name": paragraph.name, "label": paragraph.label, "shadow": paragraph.shadow,
        "place": str(paragraph.span) if paragraph.span.file else None,
        "sentences": [{"key": one.key, "text": f"{one.topic}{one.says}{one.aside}", "says": one.says} for one in paragraph.sentences],
    }  # fmt: skip
