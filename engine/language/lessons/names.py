"""What do the codes of names (R) and of marks in texts (N) mean? What is called by a name that is not there."""

LESSONS = """
[R301]
查: 用到的名字没有登记:状态、事件、日历、岗位、升级链、消息、表、人……
因: 名字写错一个字母,规则就落空;检查时报出来,胜过出事才知道。
留: 不能留。
finds: a name nobody declares: a state, event, calendar, role, chain, message, table, person ...
matters: one wrong letter and the rule does nothing; better told now than found out in the night.
allow: never.
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
-     calendar: desk
+       - {if: {weight: {at_least: 50}}, limit: 25 min}
+     calendar: dekc

[R302]
查: 当作键写的字段没有登记(with、set、fill 里)。
因: 值会填到一个不存在的字段里,等于丢了。
留: 不能留。
finds: an undeclared field as a key of `with`, `set` or `fill`.
matters: the value would be filled into nothing.
allow: never.
file: rules/tms.yaml
-     - {label: 签收, match: {type: POD}, event: signed}
+     - {label: 签收, match: {type: POD}, event: signed, fill: {wieght: billNo}}

[R303]
查: 表里这一行少了要取的那一列。
因: 轮到这一行时取不到人。
留: 不能留。
finds: a row of a table without the cell that is taken from it.
matters: when this row fits, nobody is found.
allow: never.
file: rules/contacts.yaml
-       - {city: 深圳, clerk: wang}
+       - {city: 深圳}

[R304]
查: 表里没有这一列,或这一列既不是字段也没人取用。
因: 列名写错,比较就落空,或取不到值。
留: 不能留。
finds: a column the table has not, or one that is neither a field nor taken by anything.
matters: a mistyped column compares with nothing.
allow: never.
file: rules/contacts.yaml
-       - {city: 深圳, clerk: wang}
+       - {ciyt: 深圳, clerk: wang}

[R305]
查: 同一个名字登记了两次,可能在不同的文件里。
因: 哪一个有效说不清。
留: 不能留。
finds: one name declared twice, perhaps in two files.
matters: nobody can say which of them holds.
allow: never.
file: rules/more.yaml
+ kind: escalations
+ chains:
+   chase:
+     label: 又一条
+     steps:
+       - {wait: 0 min, channel: sms, to: agent}
改: 换一个名字,或删去一处
better: another name, or delete one of the two

[R306]
查: 规则里写到的文件(样例、码表、长表)找不到。
因: 没有它,规则少一块,检查也无从检查。
留: 不能留。
finds: a file that a rule names (a sample, codes, a long table) and that is not there.
matters: without it part of the rule is missing, and cannot be checked.
allow: never.
file: rules/tms.yaml
-   samples: [tms_sample.json]
+   samples: [tms_smaple.json]

[R307]
查: 对接里写的路径,哪个样例报文里都没有。
因: 路径写错一个字母,那个值就永远是空的,没有别的办法发现。
留: 不能留;对方确有这一项而样例里没有,就补一份样例。
finds: a path of a connection that no sample report holds.
matters: a slip in a path makes its value blank for ever, and nothing else would notice.
allow: never; where they do send it, add a sample that has it.
file: rules/tms.yaml
-   case: {waybill_no: billNo}
+   case: {waybill_no: billno}

[R308]
查: 一份假期表里,同一天有两种说法。
因: 那一天开不开门说不清,到期时间就算不准。
留: 不能留。
finds: one date told in two ways by one holiday list.
matters: whether that day is open cannot be said, and due times would be wrong.
allow: never.
file: rules/calendars.yaml
-       - {date: 2026-10-01, until: 2026-10-07, label: 国庆节}
+       - {date: 2026-10-01, until: 2026-10-07, label: 国庆节}
+     open:
+       - {date: 2026-10-07, label: 上班}

[R309]
查: 内部消息要发给客户的电话,或客户消息改发给内部。
因: 内部的催办、人名会让客户看到。
留: 不能留;给客户另写一条消息。
finds: a message for staff sent to a customer's phone, or the other way round.
matters: a customer would read what was meant for the desk.
allow: never; write a message of its own.
file: rules/sla.yaml
-           - send: hurry
+           - {send: hurry, to: phone}

[N401]
查: 文字里的 {字段} 没有登记。
因: 发出去的短信里会是一个空,或一对花括号。
留: 不能留。
finds: a mark in a text that is no field or known word.
matters: the message would go out with a hole, or with the braces.
allow: never.
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       [{noo}]请速发出[[,客户{name}]]。

[N402]
查: 可能为空的字段写在 [[ ]] 外面。
因: 空着的时候,句子会缺一块:“客户,请速发出”。
留: 不能留。
finds: a mark that may be blank outside `[[ ]]`.
matters: when it is blank the sentence has a hole: “customer , please”.
allow: never.
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       [{no}]请速发出,客户{name}。

[N403]
查: 不认识的格式,或这种字段不能用这个格式。
因: 例如数字写不成时刻。
留: 不能留。
finds: an unknown format, or one that does not fit the mark.
matters: a number cannot be written as a time.
allow: never.
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       [{no}]请速发出,{weight|time}公斤。

[N404]
查: 文字里的 { } 或 [[ ]] 不成对,或 [[ ]] 里没有字段。
因: 从哪里到哪里可以省去,说不清。
留: 不能留。
finds: braces or `[[ ]]` that do not match, or `[[ ]]` without a mark inside.
matters: it does not say what may be left out.
allow: never.
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       [{no}]请速发出[[,客户{name}。
"""
