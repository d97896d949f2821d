"""How fast are rule files read, checked and compiled? Beside PyYAML's C loader on the same text, in the same run.

usage: python bench/load.py [--lines 5000 50000] [--rounds 3]
Seconds of the processor. The files are within the limits of the language: 256 KB and 20,000 items each.
"""

import argparse
import time
from collections.abc import Callable

import yaml
from rounds import interleaved, machine, table

from engine.language import compile as compiling
from engine.language.compile import FORMS, compile_rulebook
from engine.language.diagnostics import Findings
from engine.language.reader import read_source
from engine.language.validate import fill_in

LINES_OF_A_FILE = 2500
HEAD = """kind: workflow
workflow: shipment
label: 托运单
identified_by: [no]
start: {state: intake, by: [created]}
fields:
  no: {type: text, label: 单号, max: 20}
  tier: {type: choice, label: 级别, choices: [普通, VIP]}
  weight_kg: {type: number, label: 重量, max: 9999}
events: {created: 下单, scan: 扫描}
states:
  intake:
    label: 待核
    no_deadline: 只为测量
    transitions:
      - {event: scan, to: done}
  done: {label: 完成, final: yes}
"""
PEOPLE = """kind: contacts
people:
  li: {name: 李, phone: 13800000001}
roles:
  desk: {label: 客服, person: li}
  last_resort: {label: 兜底, person: li}
"""
CHAINS = """kind: escalations
chains:
  ladder:
    label: 派件升级
    steps:
      - {wait: 0 min, channel: sms, to: desk}
      - {wait: 2 h, channel: phone, to: last_resort}
"""
POLICY = """  # 客户等级为 VIP 时提前提醒
  sla_{n:05d}:
    label: 派件超时升级 {n}
    workflow: shipment
    if: {{tier: VIP, weight_kg: {{more_than: {weight}}}}}
    while: intake
    limit: 4 h
    timeline:
      - used: 75%
        do:
          - task: 致电收件人
            for: desk
      - late: 0 min
        do:
          - escalate: ladder
"""


def rules(lines: int) -> dict[str, str]:
    """A rulebook of about so many lines: policies in files, as operations would write them, comments included."""
    files = {"workflows/shipment.yaml": HEAD, "rules/people.yaml": PEOPLE, "rules/chains.yaml": CHAINS}
    each = POLICY.count("\n")
    left, number = lines, 0
    while left >= each:
        fitting = min(left, LINES_OF_A_FILE) // each
        body = "".join(POLICY.format(n=number + one, weight=(number + one) % 90) for one in range(fitting))
        files[f"rules/sla_{number:05d}.yaml"] = f"kind: sla\npolicies:\n{body}"
        left, number = left - fitting * each, number + fitting
    return files


def rate(lines: int, work: Callable[[], object]) -> float:
    """Lines per second of the processor."""
    began = time.process_time()
    work()
    return lines / (time.process_time() - began)


def read(files: dict[str, str]) -> list[object]:
    """Text to tree, with the place of every key and value."""
    return [read_source(name, text, Findings()) for name, text in files.items()]


def fill(files: dict[str, str]) -> None:
    """Read, and fit every file to its form."""
    for name, text in files.items():
        source = read_source(name, text, Findings())
        assert source is not None
        assert isinstance(source.data, dict)
        fill_in(FORMS[str(source.data["kind"])], source, Findings())


def cold(files: dict[str, str]) -> None:
    """The whole way, nothing remembered."""
    compiling._fill_in.cache_clear()
    assert compile_rulebook(files).rulebook is not None


def measure(lines: int, rounds: int) -> None:
    files = rules(lines)
    whole = sum(text.count("\n") for text in files.values())
    size = sum(len(text.encode()) for text in files.values())
    last = max(files)
    turn = iter(range(1_000_000))
    texts = list(files.values())
    compile_rulebook(files)
    rows: dict[str, Callable[[], float]] = {
        "CSafeLoader.load": lambda: rate(whole, lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts]),
        "CSafeLoader, events only": lambda: rate(
            whole, lambda: [sum(1 for _ in yaml.parse(text, Loader=yaml.CSafeLoader)) for text in texts]
        ),
        "SafeLoader.load (pure Python)": lambda: rate(whole, lambda: [yaml.load(text, Loader=yaml.SafeLoader) for text in texts]),
        "waybill: read, with places": lambda: rate(whole, lambda: read(files)),
        "waybill: read and fit to its form": lambda: rate(whole, lambda: fill(files)),
        "waybill: all, checked and compiled": lambda: rate(whole, lambda: cold(files)),
        "waybill: again, after an edit of one file": lambda: rate(
            whole, lambda: compile_rulebook({**files, last: f"{files[last]}# {next(turn)}\n"})
        ),
    }
    table(f"Loading {whole:,} lines, {size / 1024:,.0f} KB, {len(files)} files", "lines", interleaved(rows, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, nargs="+", default=[5000, 50_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(machine())
    for lines in options.lines:
        measure(lines, options.rounds)


if __name__ == "__main__":
    main()
