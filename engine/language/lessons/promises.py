"""What do the codes about promises and reminders (W) say in Chinese, and in English those that no single check tells of?"""

LESSONS = """
[W506]
查: 不是结束的状态,没有哪个时限从头到尾盯着每一单:没有写到它、时限带 if、到期字段可能为空、只是试行。
因: 单停在那里没有人知道,直到客户来电。
留: 确实不用盯的,写 `no_deadline: 原因`。
finds: a state, not final, that no policy watches for every case: none names it, or it has an `if`, a due field that may be blank, or is in shadow.
matters: a case stands there and nobody knows, until the customer calls.
allow: where nobody need watch, with `no_deadline: why`.
file: rules/sla.yaml
-     while: new
-     limit: 30 min
+     while: new
+     if: {tier: VIP}
+     limit: 30 min

[W511]
查: left、after 不小于最短的时限。
因: `left: 30 min` 配 30 分钟的时限,一开始就响;`after: 1 h` 配它,响的时候已经超时。
留: 例外的时限更短、晚一点响也无妨时;它只是提醒。
file: rules/sla.yaml
-       - left: 10 min
+       - left: 25 min

[W521]
查: 例外的一行,或它列出的某个值,已被前面的行占去。
因: 从上到下第一条符合的算数,后面的时限不起作用。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {more_than: 60}}, limit: 20 min}
改: 范围小的写在前面

[W523]
查: 有的单两行例外都符合,谁也不比谁更窄,先写的那行时限更长。
因: 大客户的急件按“急件”等了 8 小时,而“大客户”那行写的是 4 小时。
留: 本来就要按长的算;它只是提醒。
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {tier: VIP}, limit: 20 min}

[W527]
查: 每天提醒的时刻日历从不开门;或前面一行已让单离开,后面的行轮不到。
因: 提醒写在文件里,却永远没有人被提醒。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-           - {escalate: chase, message: hurry}
+           - {escalate: chase, message: hurry}
+       - every_day_while_late: [07:30]
+         do:
+           - send: hurry
改:       - every_day_while_late: [08:30]

[W534]
查: 写了 stops,却没有一个能在计时期间发生。
因: 做什么都停不下来,判定不是超时就是“无”,报表也没有意义。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-     stops: {enters: done}
+     stops: {enters: new}

[W535]
查: 写了 starts,却没有一个能发生:消息没有谁发,状态到不了或不在 while 里。
因: 承诺只在纸上,没有一单被计时,也没有提醒。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-     stops: {enters: done}
+     starts: {enters: new}
+     stops: {enters: done}
also: workflows/parcel.yaml
-     label: 在途
+     label: 在途
+     no_deadline: 另有人看
改:     stops: {enters: done}
"""
