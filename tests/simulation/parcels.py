"""By which rules does the storm play? A small rulebook whose every word the independent model knows, and edits of it, good and bad."""

from functools import cache
from textwrap import dedent

from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Severity
from engine.model.rulebook import Rulebook

PICKUP_SECONDS = 2 * 3600
TRANSIT_SECONDS = 6 * 3600
TROUBLE_SECONDS = 3600
DECLARED = ("ordered", "collected", "reached", "signed", "failed", "found", "cancelled", "nag")
"""Events in the order in which the workflow declares them."""

WORKFLOW = """
kind: workflow
workflow: parcel
label: 包裹
identified_by: [no]
start: {state: waiting, by: [ordered]}
running_cases: adopt
fields:
  no:    {type: text, label: 单号, max: 20}
  phone: {type: phone, label: 客户电话, private: yes, optional: yes}
  city:  {type: text, label: 城市, max: 10, optional: yes}
events:
  ordered: 下单
  collected: 揽收
  reached: 到件
  signed: 签收
  failed: 派送失败
  found: 已找到
  cancelled: 取消
  nag: 催一下
milestones:
  - {state: waiting}
  - {state: moving, event: collected}
  - {state: arrived, event: reached}
  - {state: done, event: signed}
states:
  waiting: {label: 待揽收}
  moving:
    label: 运输中
    transitions:
      - {event: failed, to: trouble}
  arrived:
    label: 已到件
    transitions:
      - {event: failed, to: trouble}
  trouble:
    label: 异常
    transitions:
      - {event: found, to: back}
  done: {label: 已签收, final: yes}
  cancelled: {label: 已取消, final: yes}
from_any_state:
  - {event: cancelled, to: cancelled}
  - {event: nag}
"""

SLA = """
kind: sla
policies:
  pickup:
    label: 揽收时效
    workflow: parcel
    while: waiting
    limit: 2 h
    timeline:
      - left: 30 min
        do:
          - send: remind
      - late: 0 min
        do:
          - send: hurry
          - {escalate: ladder, message: hurry}
  transit:
    label: 运输时效
    workflow: parcel
    while: [moving, arrived, trouble]
    pauses: [trouble]
    limit: 6 h
    timeline:
      - late: 0 min
        do:
          - send: hurry
      - late: 30 min
        do:
          - send: sorry
  trouble_watch:
    label: 异常处理
    workflow: parcel
    while: trouble
    limit: 1 h
    timeline:
      - after: 0 min
        do:
          - {task: 核实异常, for: desk, asks: [found, cancelled]}
      - late: 0 min
        do:
          - send: hurry
"""

LATE = "          - {escalate: ladder, message: hurry}\n"
RAISING = """          - event: nag
      - late: 10 min
        do:
          - {task: 问揽收, for: desk}
"""

MESSAGES = """
kind: messages
caps: {staff: 5000 per hour, customer: 5000 per day}
messages:
  remind:
    label: 提醒
    workflow: parcel
    channel: sms
    to: desk
    text: |
      {no}快到时限
  hurry:
    label: 催办
    workflow: parcel
    channel: sms
    to: boss
    urgent: yes
    correct: was_wrong
    if_not_delivered: {after: 5 min, channel: phone, to: desk, note_why: yes, resend_when_back: yes}
    text: |
      {no}已超时[[,客户电话{phone|mask}]]
  sorry:
    label: 致歉
    workflow: parcel
    channel: sms
    to: phone
    text: |
      您的包裹{no}晚了,抱歉
  was_wrong:
    label: 催办作废
    workflow: parcel
    channel: sms
    to: boss
    text: |
      {no}没有超时,前发作废
"""

OTHERS = {
    "rules/contacts.yaml": """
kind: contacts
people:
  ann: {name: 安, phone: 13800000001}
  bob: {name: 鲍, phone: 13800000002}
  eve: {name: 艾, phone: 13800000003}
roles:
  desk: {label: 坐席, person: ann}
  boss: {label: 经理, person: bob}
  last_resort: {label: 兜底, person: eve}
""",
    "rules/escalations.yaml": """
kind: escalations
chains:
  ladder:
    label: 催办
    group_wait: 0 min
    steps:
      - {wait: 10 min, channel: sms, to: desk}
      - {wait: 30 min, channel: phone, to: boss}
""",
    "rules/main.yaml": """
kind: connection
connection: main
label: 主用
type: kannel
carries: sms
url: http://127.0.0.1:1
username: u
password: env:P
""",
}


@cache
def written(edition: int = 0, *, raising: bool = False) -> dict[str, str]:
    """The files of an edition: 0 is the first; each says the reminder in other words, odd ones remind an hour before as well.

    `raising`: when a collection is late an event is raised beside the message, of which a hold keeps back one half only, and a task follows.
    """
    messages, sla = MESSAGES, SLA
    if edition:
        messages = messages.replace("{no}快到时限", f"{{no}}快到时限,第{edition}版")
    if edition % 2:
        sla = sla.replace(
            "      - left: 30 min\n", "      - left: 60 min\n        do:\n          - send: remind\n      - left: 30 min\n", 1
        )
    if raising:
        sla = sla.replace(LATE, LATE + RAISING, 1)
    files = {"workflows/parcel.yaml": WORKFLOW, "rules/sla.yaml": sla, "rules/messages.yaml": messages, **OTHERS}
    return {path: dedent(text) for path, text in files.items()}


def same_meaning(edition: int, nth: int, *, raising: bool = False) -> dict[str, str]:
    """An edit that changes no meaning: a remark, another order of policies' keys."""
    files = written(edition, raising=raising)
    return {**files, "rules/sla.yaml": files["rules/sla.yaml"].replace("policies:", f"policies:   # 第{nth}次整理", 1)}


def wrong(edition: int, nth: int, *, raising: bool = False) -> dict[str, str]:
    """An edit that must be refused: an unknown state, a broken line, a word that does not exist, a state in which cases may stand gone."""
    files = dict(written(edition, raising=raising))
    match nth % 3:
        case 0:
            files["rules/sla.yaml"] = files["rules/sla.yaml"].replace("while: waiting", "while: wating")
        case 1:
            files["rules/messages.yaml"] += "  broken: [\n"
        case _:
            files["workflows/parcel.yaml"] = files["workflows/parcel.yaml"].replace("to: trouble", "to: nowhere")
    return files


@cache
def the_rulebook(edition: int = 0, *, raising: bool = False) -> Rulebook:
    """Compiled; an error in it is an error of this test."""
    found = compile_rulebook(written(edition, raising=raising))
    errors = [f"{one.span} {one.code} {one.zh}" for one in found.diagnostics if one.severity is Severity.ERROR]
    assert found.rulebook is not None, errors
    return found.rulebook
