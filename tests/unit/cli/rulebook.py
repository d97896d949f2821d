"""A small rulebook on disk, for tests of the command line."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from adapters.cli.main import main

FILES = {
    "workflows/parcel.yaml": """
kind: workflow
workflow: parcel
label: 包裹
identified_by: [no]
start: {state: waiting, by: [ordered]}
fields:
  no: {type: text, label: 单号, max: 20}
  phone: {type: phone, label: 电话, private: yes, optional: yes}
  weight: {type: number, label: 重量, max: 100, optional: yes}
events:
  ordered: 下单
  picked: 揽收
  signed: 签收
  lost: 丢失
  found: 找到
milestones:
  - {state: waiting}
  - {state: moving, event: picked}
  - {state: done, event: signed}
states:
  waiting:
    label: 待揽收
  moving:
    label: 在途-"异常";测试
  missing:
    label: 丢失
    transitions:
      - {event: found, to: back}
  done:
    label: 已签收
    final: yes
from_any_state:
  - event: lost
    if: {weight: {more_than: 10}}
    to: missing
    do:
      - {task: 去找, for: clerk, asks: [found]}
""",
    "rules/sla.yaml": """
kind: sla
policies:
  pick_soon:
    label: 揽收时限
    workflow: parcel
    while: waiting
    limit: 30 min                          # P1、R16
    calendar: desk
    timeline:
      - late: 0 min
        do:
          - {task: 催揽收, for: clerk}
  arrive_soon:
    label: 送达时限
    workflow: parcel
    while: [moving, missing]
    stops: {enters: done}
    limit: 48 h
    timeline:
      - late: 0 min
        do:
          - {task: 催派送, for: clerk}
""",
    "rules/contacts.yaml": """
kind: contacts
people:
  ann: {name: 安, phone: 13800000001}
roles:
  clerk: {label: 文员, person: ann}
  last_resort: {label: 兜底, person: ann}
""",
    "rules/calendars.yaml": """
kind: calendars
timezone: Asia/Shanghai
calendars:
  desk:
    label: 白班
    hours:
      - {days: mon-fri, open: 09:00-17:00}
""",
    "rules/connections/tms.yaml": """
kind: connection
connection: tms
label: 运输系统
type: http
inbound:
  path: /in/tms
  body: json
  signature: {kind: token, secret: env:TMS_SECRET, header: X-Token}
  workflow: parcel
  case:
    - {no: bill}
  happened_at: {at: time, formats: ["%Y-%m-%d %H:%M:%S"], timezone: Asia/Shanghai}
  events:
    - {label: 揽收, match: {code: '10'}, event: picked, fill: {weight: kg, phone: tel}}
  samples: [samples/scan.json]
""",
    "rules/connections/samples/scan.json": '{"bill": "A1", "time": "2026-11-23 10:00:00", "code": "10", "kg": 3.5, "tel": "13812345678"}',
    "rules/stories/parcel.yaml": """
kind: stories
stories:
  - story: 半小时没揽收就催
    workflow: parcel
    steps:
      - at: 2026-11-23 09:00
        event: ordered
      - at: 09:29
        expect: {}
      - at: 09:30
        expect: {tasks: [clerk], late: [pick_soon]}
""",
}  # fmt: skip

A_STORY_THAT_DIFFERS = """
  - story: 以为会到
    workflow: parcel
    steps:
      - at: 2026-11-23 09:00
        event: ordered
      - at: 09:10
        event: picked
        expect: {state: done}
"""


def write_rulebook(folder: Path, **changed: str) -> Path:
    """The files on disk; `changed`: file name without folders and suffix -> another text."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed.get(path.stem, text).lstrip(), encoding="utf-8")
    return folder


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, object]:
        """The answer of a command that was asked for JSON."""
        read = json.loads(self.out)
        assert isinstance(read, dict)
        return read


def waybill(*words: str | Path) -> Said:
    """Run one command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(word) for word in words])
    return Said(code, out.getvalue(), err.getvalue())
