"""Is the daemon well? Each ailment in both languages, from figures that the caller took."""

from collections.abc import Iterator, Mapping, Sequence

from engine.core.called import Called
from engine.core.words import say_trouble
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Circuit, CircuitState
from engine.service.desk import Ailment

BEAT_AGE_SECONDS_MAX = 10.0
"""Older than this, the last finished beat makes /healthz fail (E21)."""
ROOM_PERCENT_MIN = 5.0
LEAPT = Ailment(
    "这台机器的时钟往前跳了:对好时钟,或由人在“待办”里确认之前,不打铃也不发送",
    "the clock of this machine leapt ahead: nothing rings or leaves until it is set right, or somebody confirms it (waybill tasks)",
)
_SHUT = {CircuitState.OPEN: "断开", CircuitState.PAUSED: "暂停"}
_FOR_A_PERSON = {
    "unknown": ("条发送结果不明,见“通道 → 结果不明”", "sendings of unknown outcome (waybill doubts)"),
    "dead": ("条死信,见“通道 → 死信”", "dead events (waybill dead)"),
}
"""Numbers of the backlog that only a person can bring down."""


def failures(beat_age_seconds: float, *, stopping: bool) -> Iterator[Ailment]:
    """What a supervisor should restart it for."""
    if beat_age_seconds > BEAT_AGE_SECONDS_MAX:
        yield Ailment(f"上一次心跳是 {beat_age_seconds:.1f} 秒前", f"the last finished beat is {beat_age_seconds:.1f} s old")
    if stopping:
        yield Ailment("正在停", "stopping")


def of_rules(problems: int, ahead: Sequence[Diagnostic]) -> Iterator[Ailment]:
    """Rules that were refused, and what the calendars and rotas lack soon."""
    if problems:
        yield Ailment(
            f"新的规则文件有 {problems} 处错,仍用上一版", f"{problems} problems in newer rule files; the last good rules are in force"
        )
    yield from (Ailment(one.zh, one.en) for one in ahead)


def of_neighbours(rulebook: Rulebook, silent: Sequence[str], down: Sequence[str], shut: Sequence[Circuit]) -> Iterator[Ailment]:
    """Who does not report, what does not carry: names of connections and channels."""
    called = Called(rulebook, "zh").carrier
    for name in silent:
        yield Ailment(f"对接“{called(name)}”无来报", f"feed {name} is silent")
    for name in down:
        yield Ailment(f"渠道“{called(name)}”不通", f"channel {name} is down")
    for one in shut:
        said = f"通道“{called(one.connection)}”{_SHUT[one.state]}:{say_trouble(one.reason)}"
        yield Ailment(said, f"adapter {one.connection} is {one.state.value}: {one.reason}")


def of_machine(numbers: Mapping[str, float], room_percent: float | None, *, leapt: bool) -> Iterator[Ailment]:
    """What only a person can settle, the machine's clock and its disk (per cent free; None: nobody can tell)."""
    for name, (zh, en) in _FOR_A_PERSON.items():
        if numbers.get(name):
            yield Ailment(f"{numbers[name]} {zh}", f"{numbers[name]} {en}")
    if leapt:
        yield LEAPT
    if room_percent is not None and room_percent < ROOM_PERCENT_MIN:
        yield Ailment(f"磁盘快满了:只剩 {room_percent:.1f} %", f"the disk is nearly full: {room_percent:.1f} % free")
