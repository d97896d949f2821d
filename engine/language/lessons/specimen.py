"""In which sound rulebook is a slip shown? A small one that compiles without a word."""

SPECIMEN: dict[str, str] = {
    "workflows/parcel.yaml": """\
kind: workflow
workflow: parcel
label: 包裹
identified_by: [no, waybill_no]
start: {state: new, by: [created]}
fields:
  no:         {type: serial, label: 单号, pattern: yyMMdd###, max: 10}
  waybill_no: {type: text, label: 运单号, max: 20, optional: yes}
  city:       {type: text, label: 城市, max: 6}
  tier:       {type: choice, label: 级别, choices: [普通, VIP], optional: yes}
  weight:     {type: number, label: 重量, max: 999.9}
  name:       {type: text, label: 客户, max: 6, private: yes, optional: yes}
  phone:      {type: phone, label: 电话, private: yes}
  promised:   {type: time, label: 承诺时间}
events:
  created: 下单
  sent_out: 发出
  failed: 派送失败
  signed: 签收
milestones:
  - {state: new}
  - {state: moving, event: sent_out}
  - {state: done, event: signed}
states:
  new:
    label: 待发
  moving:
    label: 在途
    transitions:
      - event: failed
        if: {weight: {more_than: 50}}
        do:
          - send: hurry
      - event: failed
  done:
    label: 已签收
    final: yes
""",
    "rules/sla.yaml": """\
kind: sla
policies:
  first_scan:
    label: 发出时限
    workflow: parcel
    while: new
    limit: 30 min
    except:
      - {if: {tier: VIP}, limit: 20 min}
      - {if: {weight: {at_least: 50}}, limit: 25 min}
    calendar: desk
    timeline:
      - left: 10 min
        do:
          - send: hurry
      - late: 0 min
        do:
          - {escalate: chase, message: hurry}
  delivery:
    label: 送达时限
    workflow: parcel
    while: moving
    stops: {enters: done}
    due: {field: promised}
    calendar: desk
    timeline:
      - late: 0 min
        do:
          - {task: 致电收件人, for: agent, asks: [signed, failed]}
""",
    "rules/messages.yaml": """\
kind: messages
messages:
  hurry:
    label: 催发
    workflow: parcel
    channel: sms
    to: agent
    max_chars: 64
    max_segments: 1
    text: |
      [{no}]请速发出[[,客户{name}]]。
""",
    "rules/escalations.yaml": """\
kind: escalations
chains:
  chase:
    label: 催办
    steps:
      - {wait: 0 min, channel: sms, to: agent}
      - {wait: 15 min, channel: phone, to: boss}
""",
    "rules/contacts.yaml": """\
kind: contacts
people:
  wang: {name: 王芳, phone: 13800000001}
  li:   {name: 李强, phone: 13800000002}
tables:
  areas:
    label: 分区表
    rows:
      - {city: 深圳, clerk: wang}
      - {clerk: li}
roles:
  agent: {label: 客服, look_up: areas, take: clerk}
  boss: {label: 经理, on_duty: manager_rota}
  last_resort: {label: 兜底, person: wang}
rotas:
  manager_rota:
    label: 经理值班
    shifts:
      - {days: mon-fri, hours: 08:00-20:00, people: [li]}
      - {people: [wang]}
""",
    "rules/calendars.yaml": """\
kind: calendars
calendars:
  desk:
    label: 坐席
    hours:
      - {days: mon-fri, open: 08:30-17:00}
    holidays: cn
    overlays:
      - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 08:00-22:00}]}
holidays:
  cn:
    confirmed_through: 2026-12-31
    closed:
      - {date: 2026-10-01, until: 2026-10-07, label: 国庆节}
""",
    "rules/tms.yaml": """\
kind: connection
connection: tms
label: 运输系统
type: http
inbound:
  path: /in/tms
  body: json
  signature: {kind: token, secret: env:TMS_TOKEN}
  workflow: parcel
  case: {waybill_no: billNo}
  events:
    - {label: 发出, match: {type: OUT}, event: sent_out}
    - {label: 签收, match: {type: POD}, event: signed}
  samples: [tms_sample.json]
outbound:
  base_url: env:TMS_URL
  commands:
    hold: {method: POST, path: '/hold/{waybill_no}'}
""",
    "rules/tms_sample.json": '{"type": "POD", "billNo": "7550001"}\n',
    "rules/stories.yaml": """\
kind: stories
stories:
  - story: 没发出,催客服;送晚了,致电收件人
    workflow: parcel
    with: {city: 深圳, weight: 2, promised: 2026-11-23 15:00}
    steps:
      - at: 2026-11-23 09:00
      - at: 09:25
        expect: {sent: [{sms: agent, message: hurry}]}
      - at: 09:28
        event: sent_out
        expect: {state: moving}
      - at: 15:10
        expect: {late: [delivery], tasks: [agent]}
""",
}
