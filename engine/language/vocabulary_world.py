"""What do the keys of connection and stories files mean? The forms of `form_world.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import LABEL, Said

WORLD_KEYS: Mapping[str, Mapping[str, Said]] = {
    "ConnectionForm": {
        "": Said("一个对接:WMS、TMS、承运商,或短信、电话、群消息的通道", "one WMS, TMS or carrier, or one provider of SMS, phone or chat"),
        "kind": Said("文件的种类:对接", "what kind of file this is: a connection"),
        "connection": Said("对接的名字,规则里用它", "its name, used by the rules"),
        "label": LABEL,
        "type": Said("`http` 走网络,`poll` 隔一会儿去问,`files` 文件夹,`call_list` 人工电话清单,`recorder` 只留底不发", "`http`; `poll` (we ask); `files` (a drop folder); `call_list` (calls a person makes); `recorder` (keeps, sends nothing)"),
        "carries": Said("承担哪个渠道的发送", "a channel: this connection is its provider"),
        "backup_for": Said("给哪个通道做备用", "the provider it stands in for"),
        "usual_lag": Said("来报通常晚多久", "how late its reports usually come"),
        "heard_every": Said("多久没有来报就算断了:报一次警", "silent longer than this counts as dead: one alarm for the feed"),
        "private_network": Said("`yes`:写明的网址可以在内网", "`yes`: a literal address may lie in a private network", "no"),
        "inbound": Said("对方的来报", "their reports"),
        "outbound": Said("我们的指令", "our commands"),
        "poll": Said("`type: poll`:隔一会儿去问一次", "of `type: poll`: how we ask for what is new"),
        "files": Said("`type: files`:对方放文件的文件夹", "of `type: files`: the folder into which files are dropped"),
        "base_url": Said("对方的网址,如 `env:SMS_URL`", "where it is, as `env:SMS_URL`"),
        "send": Said("怎样把一条消息交给通道", "how one message is handed over"),
        "for": Said("电话清单由哪个岗位打", "of a call list: the role that makes the calls"),
        "claim_for": Said("领了一个电话可以占多久", "of a call list: how long one may hold a call"),
        "sign": Said("短信前面的签名", "the sign put before an SMS"),
        "options": Said("通道的其他设置:`receipts`、`dedup`、`reference_at`、`probe`、`bearer_token`、`basic_password`、`signing_secret`", "further settings of a provider: `receipts`, `dedup`, `reference_at`, `probe`, `bearer_token`, `basic_password`, `signing_secret`"),
    },
    "ExpectForm": {
        "": Said("从上一步到现在,应当发生了什么", "what must have happened since the step before"),
        "state": Said("单在哪个状态", "the state of the case"),
        "sent": Said("发出的全部,一条不多一条不少:`{渠道: 收件人, message: 消息, says: 正文的一段}`", "exact: every sending, `{channel: recipient, message: name, says: part of its text}`; left out or `none` means nothing was sent"),
        "tasks": Said("新增的全部待办,每个写岗位", "exact: a role per new task; left out or `none` means none"),
        "late": Said("新超时的时效", "policies whose clock turned late, or ended late"),
        "corrected": Said("原判超时、现已更正的时效", "policies whose “late” was corrected"),
        "opened": Said("新开的关联单,写流程", "workflows of linked cases opened"),
        "commands": Said("发出的指令", "commands sent"),
        "verdicts": Said("时效: 它最后一次计时现在的判定", "policy: how its last clock on this case stands now"),
        "refused": Said("`yes` 这一步被拒绝,`no` 没有被拒绝;或拒绝理由的一段", "`yes`: the step was refused; `no`: it was not; else part of the reason"),
    },
    "StoryStepForm": {
        "": Said("故事的一步:到这个时间,发生这件事,然后看结果", "one step: at this time, this happens; then look"),
        "at": Said("日期和时间;同一天里后面只写时间", "date and time; later only the time, while the day is the same"),
        "event": Said("发生什么;`{事件: 时间}` 表示早就发生、现在才知道", "what happens; `{name: time}` if it happened earlier than it is heard"),
        "with": Said("这件事带来的字段", "fields the event brings"),
        "case": Said("`{字段: 值}`:别的单", "`{field: value}`: another case than the first"),
        "linked": Said("说的是关联单:写它的流程,以最后开的一张为准", "a workflow: the step is about the linked case of it, the one opened last"),
        "by": Said("`person` 人报的(不可能的会被拒绝),`feed` 来报(只记录)", "handed in by a `person`, who is refused what is not possible, or by a `feed`", "feed"),
        "retracted": Said("撤销最近的这个事件", "the event taken back: the latest of that name"),
        "channels": Said("渠道或对接从此:`refuses` 拒绝、`silent` 没回音、`up` 恢复", "a channel or connection: `refuses`, `silent`, `up` from here on"),
        "finished": Said("`{岗位: 事件}` 或 `{岗位: note}`:有人办结了待办", "`{role: event}`, or `{role: note}`: somebody finishes the task of this role"),
        "answered": Said("给这个岗位的电话打了;`{岗位: 结果}` 另说结果", "the call to this role is made, and told; `{role: result}` if something else came of it"),
        "acknowledged": Said("有人对这条升级链说已知晓", "a chain: somebody took it on"),
        "expect": Said("从上一步到现在,应当发生了什么", "what must have happened since the step before"),
    },
    "StoryForm": {
        "": Said("一个故事", "one story"),
        "story": Said("故事的名字:一句话说清楚", "its name"),
        "workflow": Said("演哪个流程的单", "whose cases"),
        "with": Said("开单时的字段;不写的按类型给例子,可空的留空", "fields of the case; those left out get example values from their types, optional ones stay blank"),
        "steps": Said("各步,按时间先后;第一步开单", "in order of time; the first opens the case"),
    },
    "StoriesForm": {
        "": Said("故事文件:业务自己的测试", "a file of stories: operations' own tests"),
        "kind": Said("文件的种类:故事", "what kind of file this is: stories"),
        "stories": Said("全部故事", "every story"),
    },
}  # fmt: skip
