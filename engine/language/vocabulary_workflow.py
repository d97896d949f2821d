"""What do the keys of a workflow file mean? The forms of `form_workflow.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import COPIES, LABEL, WAS, Said

WORKFLOW_KEYS: Mapping[str, Mapping[str, Said]] = {
    "OpenForm": {
        "": Said("开一张关联单", "a linked case to open"),
        "workflow": Said("开哪个流程的单", "the workflow of the new case"),
        "with": COPIES,
    },
    "CommandForm": {
        "": Said("一条给 WMS 或 TMS 的指令", "a request to a WMS or TMS"),
        "connection": Said("发给哪个对接", "the connection"),
        "name": Said("哪条指令", "the command, as the connection declares it"),
    },
    "DoForm": {
        "": Said("要做的一件事:七种里写一种", "one thing to do: exactly one of the seven"),
        "send": Said("发哪条消息", "a message by name"),
        "to": Said("改发给另一个岗位或电话字段", "another role or phone field than the message says; a message for staff never goes to a customer, nor the other way round"),
        "task": Said("交给人的待办,写要做什么", "a text for a person; the same row never has two tasks open"),
        "for": Said("待办交给哪个岗位", "the role that does the task"),
        "asks": Said("办结时从这些事件里选一个;不写就填跟踪记录", "the task is finished by choosing one of these events; without, by a tracking note"),
        "escalate": Said("启动哪条升级链", "begins a chain"),
        "message": Said("升级链每一档发哪条消息;不写就用标准句子", "what the steps of the chain say; without it a standard sentence"),
        "open": Said("开一张关联单", "opens a linked case; fields of the same name go along"),
        "command": Said("给 WMS 或 TMS 发指令", "a request to a WMS or TMS"),
        "event": Said("在这张单上发起一个事件:计时到点推动流转用它", "raises an event on this case: how a timer fires a transition"),
        "set": Said("改字段: 值;`{字段}` 照抄", "field: value, `{field}` copies; done in place, also in the past"),
    },
    "RowForm": {
        "": Said("一行流转:来了这个事件,条件成立,就去那个状态、做那些事", "one transition: on this event, if this holds, go there and do that"),
        "event": Said("来了哪个事件", "the event it is for"),
        "if": Said("还要满足的条件", "a condition that must hold, too"),
        "to": Said("去哪个状态;不写就不动,`back` 回到前一个状态", "the next state; without it, or with the present state, the case stays; `back` is the state before this stay"),
        "do": Said("要做的事", "what to do"),
    },
    "StateForm": {
        "": Said("一个状态", "one state"),
        "label": LABEL,
        "transitions": Said("流转:从上往下,第一行合适的算数", "rows; the first that fits wins"),
        "final": Said("`yes`:结束状态;写了 `to` 的行可以重新打开", "`yes`: the case has ended; a row without `to` leaves it ended, with `to` it reopens", "no"),
        "ignores_scans": Said("`yes`:节点扫描在这里只记录,不流转(如拒收返程)", "`yes`: milestone events are only recorded here (the way back of a refused parcel)", "no"),
        "no_deadline": Said("这里为什么不用时效盯着", "why no clock is needed here"),
        "was": WAS,
    },
    "FieldForm": {
        "": Said("一个字段", "one field"),
        "type": Said("字段的类型:`text` 文字、`number` 数、`money` 金额、`phone` 电话、`time` 时间、`date` 日期、`choice` 选项、`yes_no` 是否、`serial` 开单时编的号、`count` 事件的次数", "what it holds; `serial` is given by us at the opening, `count` is counted and never filled in"),
        "label": LABEL,
        "max": Said("文字最多几个字,数最大多少;算消息最长要用", "most characters of a text, largest number; from it the longest text of a message is computed"),
        "choices": Said("`choice` 的全部选项", "of a `choice`: the only values there are"),
        "private": Said("`yes`:个人信息,单独存放,显示时打码,不进台账", "a personal value: stored apart, masked wherever it is shown or kept, never in the journal", "no"),
        "optional": Said("`yes`:可以为空;消息里要放在 `[[ ]]` 里", "may stay blank; in a text only inside `[[ ]]`", "no"),
        "pattern": Said("`serial` 的编号样式:`yyyy` `yy` `MM` `dd`,和一段 `#`(当天的序号)", "of a `serial`: `yyyy` `yy` `MM` `dd` and one run of `#`, the daily counter, which widens when it overflows"),
        "of": Said("`count` 数哪个事件", "of a `count`: the event that is counted"),
        "was": WAS,
    },
    "MilestoneForm": {
        "": Said("主线上的一个节点", "one step of the main line"),
        "state": Said("节点的状态", "the state of this step"),
        "event": Said("哪个(些)事件到这个节点", "the event, or events, that lead here"),
    },
    "StartForm": {
        "": Said("一张单从哪里开始", "where a case begins"),
        "state": Said("开始的状态", "where a case begins"),
        "by": Said("由哪些事件开单;别的事件先存放 7 天", "events that open a case under an unknown name; any other event is parked 7 days and tried again when the name becomes known"),
    },
    "WorkflowForm": {
        "": Said("流程:字段、事件、状态和流转", "a workflow: fields, events, states and transitions"),
        "kind": Said("文件的种类:流程", "what kind of file this is: a workflow"),
        "workflow": Said("流程的名字,规则里用它", "its name, used by the rules"),
        "label": LABEL,
        "identified_by": Said("来报按哪些字段找到单;给过的名字一直找得到", "fields under which reports find the case; a name once given always finds it"),
        "start": Said("一张单从哪个状态开始、由哪些事件开出", "where a case begins, and which events open one"),
        "one_open_per": Said("这些字段相同时不开第二张,而在开着的那张上记 `opened_again`", "fields: a second opening with the same values becomes the event `opened_again` on the open case"),
        "running_cases": Said("规则改了,在途的单怎么办:`keep` 用旧版,`adopt` 马上用新版,`adopt_at_next_state` 到下一个状态换新版", "what cases already open do with a new version: `keep` the old, `adopt` at once, `adopt_at_next_state`", "adopt_at_next_state"),
        "fields": Said("规则用到的全部字段,各登记一次", "every field the rules use, declared once"),
        "events": Said("可能发生的全部事件:名字: 名称", "everything that can happen, name: label"),
        "milestones": Said("主线:按先后写全部节点", "the main line: all its states in order"),
        "states": Said("全部状态", "the states"),
        "customer": Said("客户凭签名链接看到的那一页", "the page a customer sees by a signed link"),
        "from_any_state": Said("任何未结束的状态都适用的流转,排在状态自己的之后", "rows for every state that is not final, read after the state's own"),
    },
}  # fmt: skip
