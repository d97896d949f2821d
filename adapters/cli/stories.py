"""Does the rulebook do what its stories say? Plays them and shows what differs, place by place."""

import argparse
from pathlib import Path

from adapters.cli.rules import folder_of, load
from adapters.cli.speech import Speech, WrongUse
from adapters.cli.story_pool import cores, play_all
from adapters.cli.story_search import cover, search
from adapters.cli.story_tell import data, tell, write_junit
from adapters.cli.story_watch import holds, watch
from adapters.clock import SystemClock

SECONDS = 120.0
"""How long `--mutate` searches unless told."""


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
    parser.add_argument("--watch", action="store_true", help=speech.of("文件一保存就再演一遍", "play again whenever a file is saved"))
    parser.add_argument("--coverage", action="store_true", help=speech.of("列出没有故事碰到的规则", "list the rules no story touches"))
    parser.add_argument(
        "--mutate", action="store_true", help=speech.of("把规则一处一处改错,列出没有故事发现的", "make every rule a little wrong and list what no story notices")
    )  # fmt: skip
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, metavar="N", help=speech.of("--mutate 最多找多久(默认 120 秒)", "how long --mutate searches (default 120)")
    )  # fmt: skip
    parser.add_argument("--jobs", type=int, metavar="N", help=speech.of("用几个进程(默认每核一个)", "processes (default: one per core)"))


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Play, tell, 1 if anything differs or nothing was played. What no story touches or guards is news, not a failure."""
    if options.watch:
        if options.junit or options.mutate or options.coverage or speech.json:
            raise WrongUse(
                "--watch 不能与 --junit、--mutate、--coverage、--json 同用", "--watch goes without --junit, --mutate, --coverage and --json"
            )
        return watch(options.dir, folder_of(options.dir), options.only, speech)
    clock = SystemClock()
    jobs = max(1, options.jobs or cores())
    loaded = load(options.dir, speech)
    chosen = [one for one in loaded.rulebook.stories if holds(one, options.only)]
    stamp, begun = f"{clock.now().astimezone():%Y-%m-%dT%H:%M:%S}", clock.monotonic()
    played = play_all(loaded.rulebook, chosen, jobs, cover=options.coverage)
    took = clock.monotonic() - begun
    results = [one.result for one in played]
    failed = [one for one in results if not one.ok]
    for result in failed:
        tell(result, loaded.files, speech)
    if options.junit:
        write_junit(Path(options.junit), results, [one.seconds for one in played], stamp, speech)
    if not chosen:
        speech.say("没有故事可演", "no story to play")
    passed = len(results) - len(failed)
    speech.say(f"{len(results)} 个故事,{passed} 个通过({took:.1f} 秒)", f"{len(results)} stories, {passed} passed ({took:.1f} s)")
    answer: dict[str, object] = {
        "stories": len(results), "passed": passed, "seconds": round(took, 3), "failed": [data(one) for one in failed],
    }  # fmt: skip
    if options.coverage:
        answer["coverage"] = cover(loaded.rulebook, played, speech)
    if options.mutate:
        if failed:
            speech.warn("先让故事都通过,再看它们守住了什么", "let the stories pass first, then see what they guard")
        else:
            answer["mutate"] = search(loaded.rulebook, chosen, jobs, options.seconds, speech)
    speech.data(answer)
    return 0 if results and not failed else 1
