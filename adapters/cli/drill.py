"""Does a history end the same when everything goes wrong? Each case lived calmly and with faults from a seed, and compared."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial

from adapters.cli.options import add_history_options, the_histories
from adapters.cli.pool import lived
from adapters.cli.replay import read_events, tell_problems
from adapters.cli.rules import load
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import seeded
from adapters.memory import open_memory
from engine.model.amounttext import read_amount
from engine.service.drill import Chance, Drilled, Injected, Trouble, drill
from engine.service.replay import group

SHOWN_MAX = 20
JUMP = "2 h"
WORDS = {
    "state": ("状态", "state"),
    "verdict": ("判定", "verdict"),
    "effects": ("动作", "effects"),
    "twice": ("同一去重键发了几次", "requests under one key"),
    "conflict": ("同号不同文", "same id, other body"),
}


@dataclass(slots=True)
class Total:
    """What all cases came to."""

    cases: int = 0
    injected: Injected = field(default_factory=Injected)
    different: list[Drilled] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def take(self, one: Drilled) -> None:
        """Count one case."""
        self.cases += 1
        for name, number in asdict(one.injected).items():
            setattr(self.injected, name, getattr(self.injected, name) + number)
        if one.differences:
            self.different.append(one)
            self.kinds.update({difference.what for difference in one.differences})


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`drill FILE ... --crash --double 5% --shuffle "10 min" --clock-jump`."""
    add_history_options(parser, speech)
    parser.add_argument(
        "--crash", action="store_true", help=speech.of("服务随时会死,再活过来", "the service dies anywhere, and lives again")
    )
    parser.add_argument(
        "--double", metavar="SHARE", default="0%", help=speech.of("多少事件重报:5%%", "share of events that come a second time: 5%%")
    )
    parser.add_argument(
        "--shuffle",
        metavar="SPAN",
        help=speech.of("事件晚到多久、次序打乱:10 min", "events come up to so much later, out of order: 10 min"),
    )
    parser.add_argument(
        "--clock-jump", metavar="SPAN", nargs="?", const=JUMP,
        help=speech.of(f"时钟一时快了多久(不写就是 {JUMP})", f"the clock is ahead by so much for a moment (default {JUMP})"),
    )  # fmt: skip
    parser.add_argument(
        "--seed", metavar="N", type=int, default=1, help=speech.of("种子:同一种子,同样的乱法", "the same seed, the same faults")
    )
    parser.add_argument("--sample", metavar="N", type=int, default=1, help=speech.of("每几张单取一张", "one case in so many"))


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Drill every case; 1 if one ends otherwise than it did calmly, or nothing can be read."""
    trouble = _trouble(options)
    if options.jobs < 1 or options.sample < 1:
        raise WrongUse("--jobs、--sample 至少 1", "--jobs and --sample are at least 1")
    files = the_histories(options)
    rulebook = load(options.rules, speech).rulebook
    events, problems = read_events(files, rulebook)
    tell_problems(problems, speech)
    if not events:
        raise NotFine("没有可演练的事件", "there is no event to drill")
    until = max(one.received_at for one in events)
    cases = group(events, lambda one: one.workflow)[:: options.sample]
    total = Total()
    work = partial(
        drill, rulebook, until=until, new_stores=open_memory, trouble=trouble, chance_of=partial(_chance, options.seed)
    )  # fmt: skip
    for one in lived(work, cases, len(cases), options.jobs, speech):
        total.take(one)
    _tell(total, options, speech)
    return 1 if total.different else 0


def _chance(seed: int, case: str) -> Chance:
    return seeded(f"{seed}/{case}")


def _trouble(options: argparse.Namespace) -> Trouble:
    trouble = Trouble(
        crash=options.crash, double=_share(options.double), shuffle=_span("--shuffle", options.shuffle),
        clock_jump=_span("--clock-jump", options.clock_jump),
    )  # fmt: skip
    if trouble == Trouble():
        raise WrongUse(
            "要演练什么?写 --crash、--double 5%、--shuffle \"10 min\"、--clock-jump 中的几个",
            "drill what? give some of --crash, --double 5%, --shuffle \"10 min\", --clock-jump",
        )  # fmt: skip
    return trouble


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise WrongUse(f"--double 写成百分数,如 5%,不是 {text}", f"--double is a share like 5%, not {text}")
    return share


def _span(name: str, text: str | None) -> timedelta:
    if text is None:
        return timedelta(0)
    amount = read_amount(text)
    if amount is None or amount.business_days or amount.seconds <= 0:
        raise WrongUse(f"{name} 写成一段时间,如 10 min、2 h,不是 {text}", f"{name} is a length of time like 10 min or 2 h, not {text}")
    return timedelta(seconds=amount.seconds)


def _tell(total: Total, options: argparse.Namespace, speech: Speech) -> None:
    speech.data(
        {
            "seed": options.seed, "cases": total.cases, "injected": asdict(total.injected), "differ": len(total.different),
            "differences": [
                {"case": one.case, "workflow": one.workflow, **asdict(difference)} for one in total.different for difference in one.differences
            ],
        }
    )  # fmt: skip
    lines = [(one, difference) for one in total.different for difference in one.differences]
    for one, difference in lines[:SHOWN_MAX]:
        zh, en = WORDS[difference.what]
        told = f"{difference.about}: {difference.calm} → {difference.stormy}"
        speech.say(f"{one.case} {zh} {told}", f"{one.case} {en} {told}")
    if len(lines) > SHOWN_MAX:
        speech.say(f"……另有 {len(lines) - SHOWN_MAX} 处", f"... and {len(lines) - SHOWN_MAX} more")
    zh, en = _injected(total.injected, options)
    if total.different:
        zh_end, en_end = f"{len(total.different)} 张单结果不同", f"{len(total.different)} cases end otherwise"
    else:
        zh_end, en_end = "结果与平静时一样", "all end as they do calmly"
    speech.say(
        f"{total.cases} 张单,种子 {options.seed}:{zh}。{zh_end}({_compared(options, speech)})。",
        f"{total.cases} cases, seed {options.seed}: {en}. {en_end} ({_compared(options, speech)}).",
    )


def _injected(was: Injected, options: argparse.Namespace) -> tuple[str, str]:
    parts = [
        (was.crashes, f"服务死了 {was.crashes} 次", f"the service died {was.crashes} times"),
        (was.doubled, f"{was.doubled} 件事报了两次", f"{was.doubled} events came twice"),
        (was.delayed, f"{was.delayed} 件事最多晚到 {options.shuffle}", f"{was.delayed} events came up to {options.shuffle} late"),
        (was.leaps, f"时钟快了 {was.leaps} 次,每次 {options.clock_jump}", f"the clock leapt {was.leaps} times, by {options.clock_jump}"),
    ]
    real: Sequence[tuple[int, str, str]] = [one for one in parts if one[0]]
    return "、".join(zh for _, zh, _ in real) or "什么也没发生", ", ".join(en for _, _, en in real) or "nothing happened"


def _compared(options: argparse.Namespace, speech: Speech) -> str:
    if options.shuffle:
        return speech.of(
            "比的是状态和判定;次序变了,动作的编号自然不同,以发出为起止的时效也不比",
            "compared: states and verdicts; in another order effects get other ids, and clocks that start or stop by a sending are left out",
        )
    return speech.of("比的是状态、判定、动作的编号", "compared: states, verdicts, ids of effects")
