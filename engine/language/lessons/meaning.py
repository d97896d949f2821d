"""What do the codes of meaning (W) and publishing (V) say in Chinese, and in English those that no single check tells of?"""

LESSONS = """
[W501]
查: 没有任何流转、节点或开始能到的状态。
因: 单永远到不了那里,它的时限和消息都是空文,多半是名字写错了。
留: 只为旧历史保留的状态;它只是提醒。
file: workflows/parcel.yaml
-   done:
-     label: 已签收
+   lost: {label: 丢失, final: yes}
+   done:
+     label: 已签收
改: 写一条 to: lost 的流转,或删去这个状态

[W503]
查: 没写 final,却没有任何流转能离开的状态。
因: 单会永远停在那里,算作未结,时限一直超时。
留: 不能留;是终点就写 final: yes。
file: workflows/parcel.yaml
-       - event: failed
-   done:
-     label: 已签收
+       - {event: failed, to: lost}
+   lost: {label: 丢失, ignores_scans: yes, no_deadline: 待查}
+   done:
+     label: 已签收
改: 给“丢失”写上 final: yes,或写一条离开它的流转

[W504]
查: 同一事件前面的行没有条件,或几行合起来已经全占了。
因: 从上到下第一条符合的算数,这一行永远轮不到。
留: 用不着留;它只是提醒。
file: workflows/parcel.yaml
-       - event: failed
-         if: {weight: {more_than: 50}}
-         do:
-           - send: hurry
-       - event: failed
+       - event: failed
+       - event: failed
+         if: {weight: {more_than: 50}}
+         do:
+           - send: hurry

[W505]
查: 登记了、却没有任何行、节点、时限、待办或对接用到的事件。
因: 它发生了只记一笔,什么也不动;也许是漏写了一行。
留: 只为报表登记的事件;它只是说明。
file: workflows/parcel.yaml
-   signed: 签收
- milestones:
+   signed: 签收
+   weighed: 称重
+ milestones:
改: 写一行用到它的流转,或删去

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

[W507]
查: 没有兜底岗位 last_resort,或它有的时候找不到人。
因: 升级到头、找不到人的事都到这里;这里也没人,就真的没人管了。
留: 不能留。
finds: no role `last_resort`, or one that does not resolve at every hour.
matters: whatever finds nobody comes here; if here is nobody, it is lost.
allow: never.
file: rules/contacts.yaml
-   last_resort: {label: 兜底, person: wang}
+   last_resort: {label: 兜底, look_up: areas, take: clerk}
-       - {clerk: li}
改:   last_resort: {label: 兜底, person: wang}
better:   last_resort: {label: 兜底, person: wang}

[W508]
查: 没有任何开门时段的日历。
因: 按它算的时限永远不会到期。
留: 不能留。
finds: a calendar without any opening hours.
matters: what is counted in it never falls due.
allow: never.
file: rules/calendars.yaml
-       - {days: mon-fri, open: 08:30-17:00}
-     holidays: cn
-     overlays:
-       - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 08:00-22:00}]}
+       - {days: mon-fri, open: none}
+     holidays: cn
改:       - {days: mon-fri, open: 08:30-17:00}
better:       - {days: mon-fri, open: 08:30-17:00}

[W509]
查: 结束早于开始的时段或日期。
因: 这一段一天也没有,等于没写。
留: 不能留。
finds: a stretch of dates or times that ends before it begins.
matters: it holds on no day at all.
allow: never.
file: rules/calendars.yaml
-       - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 08:00-22:00}]}
+       - {label: 双十一, valid_from: 2026-11-12, valid_to: 2026-11-07, hours: [{days: mon-sun, open: 08:00-22:00}]}

[W510]
查: 从头到尾没有一个 expect 的故事。
因: 它永远通过,让人误以为规则试过了。
留: 不能留。
finds: a story without any `expect`.
matters: it always passes, and people believe that the rule was tried.
allow: never.
file: rules/stories.yaml
-       - at: 09:25
-         expect: {sent: [{sms: agent, message: hurry}]}
-       - at: 09:28
-         event: sent_out
-         expect: {state: moving}
-       - at: 15:10
-         expect: {late: [delivery], tasks: [agent]}
+       - at: 09:28
+         event: sent_out

[W511]
查: left、after 不小于最短的时限。
因: `left: 30 min` 配 30 分钟的时限,一开始就响;`after: 1 h` 配它,响的时候已经超时。
留: 例外的时限更短、晚一点响也无妨时;它只是提醒。
file: rules/sla.yaml
-       - left: 10 min
+       - left: 25 min

[W512]
查: 各字段都填满时,文字超过 max_chars。
因: 偏偏名字最长的那一单会被截断,或发不出去。
留: 不能留;确实要长就放宽 max_chars。
file: rules/messages.yaml
-     max_chars: 64
+     max_chars: 20

[W513]
查: 各字段都填满并加上签名时,短信超过 max_segments 条。
因: 按条计费:70 字一条,超过 70 字按 67 字一条算。
留: 不能留;确实要长就放宽 max_segments。
file: rules/messages.yaml
-     max_chars: 64
+     max_chars: 128
-       [{no}]请速发出[[,客户{name}]]。
+       [{no}]请速发出[[,客户{name}]]。超过时限的包裹会影响客户的信任,请务必在今天下班以前安排车辆,并且把结果告诉客服,谢谢配合,辛苦了。

[W514]
查: 11 月起,日历用的假期表还没有填到明年。
因: 明年的到期时间只能按平常的星期估算,调休上班也没有。
留: 通知还没出来时;它只是提醒。
file: rules/calendars.yaml
-     confirmed_through: 2026-12-31
+     confirmed_through: 2025-12-31

[W515]
查: 登记了、却没有时限、消息、升级链或值班表用到的日历。
因: 改它的人以为有用,其实什么也不变。
留: 为以后准备的日历;它只是提醒。
file: rules/spare.yaml
+ kind: calendars
+ calendars:
+   spare:
+     label: 备用
+     hours:
+       - {days: sat, open: 09:00-12:00}
改: 在该用的地方写上它,或删去

[W516]
查: 消息里有字段没写 max,算不出最长多少字。
因: 短信会不会超长,要到发的时候才知道。
留: 知道它不会长的;它只是提醒。
file: workflows/parcel.yaml
-   name:       {type: text, label: 客户, max: 6, private: yes, optional: yes}
+   name:       {type: text, label: 客户, private: yes, optional: yes}

[W517]
查: 消息或升级的一级要找的人,没有那个渠道的地址。
因: 轮到他时这一级跳过,往往是夜里最要紧的时候。
留: 地址正在办的;它只是提醒。
file: rules/escalations.yaml
-       - {wait: 15 min, channel: phone, to: boss}
+       - {wait: 15 min, channel: wechat_work, to: boss}

[W518]
查: 值班表每周有空着的时段,最后又没有“其余时间”的一行。
因: 空档里的事都落到兜底岗位,那是留给急事的。
留: 本来就让兜底岗位管夜里的;它只是提醒。
file: rules/contacts.yaml
-       - {people: [wang]}

[W519]
查: 一个日历的两段临时时间有重叠的日子。
因: 以开始得晚的为准,不一定是写的人想的那样。
留: 本来就想盖住一段的;它只是提醒。
finds: two overlays of one calendar that share dates.
matters: the one that begins later wins there, which may not be what was meant.
allow: where one is meant to cover part of the other; it is a warning.
file: rules/calendars.yaml
-       - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 08:00-22:00}]}
+       - {label: 双十一, valid_from: 2026-11-07, valid_to: 2026-11-12, hours: [{days: mon-sun, open: 08:00-22:00}]}
+       - {label: 十一月, valid_from: 2026-11-01, valid_to: 2026-11-20, hours: [{days: mon-sun, open: 08:00-20:00}]}

[W520]
查: 把节假日、换班、轮换都算上,未来 8 周里没有人值班的时段。
因: 这些时段的电话和待办都落到兜底岗位,每次还报一次警。
留: 本来就让兜底岗位管的;它只是提醒。
file: rules/contacts.yaml
-       - {days: mon-fri, hours: 08:00-20:00, people: [li]}
-       - {people: [wang]}
+       - {days: mon-sat, hours: 00:00-24:00, people: [li]}

[W521]
查: 例外的一行,或它列出的某个值,已被前面的行占去。
因: 从上到下第一条符合的算数,后面的时限不起作用。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {more_than: 60}}, limit: 20 min}
改: 范围小的写在前面

[W522]
查: 没有一单能符合的条件:在每个边界上试过,都不成立。
因: 这一行是空文,写的人却以为它管用;多半是两个数写反了。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {more_than: 50, less_than: 30}}, limit: 25 min}

[W523]
查: 有的单两行例外都符合,谁也不比谁更窄,先写的那行时限更长。
因: 大客户的急件按“急件”等了 8 小时,而“大客户”那行写的是 4 小时。
留: 本来就要按长的算;它只是提醒。
file: rules/sla.yaml
-       - {if: {tier: VIP}, limit: 20 min}
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {tier: VIP}, limit: 20 min}

[W524]
查: 恰在边界上的一个值,两行都不管:一行管到它以下,另一行管它以上。
因: 正好 50 公斤的那一单,会落到谁也没想到的地方。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {less_than: 50}}, limit: 20 min}
+       - {if: {weight: {more_than: 50}}, limit: 25 min}
改:       - {if: {weight: {at_least: 50}}, limit: 25 min}

[W525]
查: 表里的一行,它的单都已被前面的行占去(空着的格子什么都符合)。
因: 该找的人永远找不到,找的都是前面那一行的人。
留: 用不着留;它只是提醒。
file: rules/contacts.yaml
-       - {city: 深圳, clerk: wang}
-       - {clerk: li}
+       - {clerk: li}
+       - {city: 深圳, clerk: wang}

[W526]
查: 岗位要查的表,没有一行能符合所有的单。
因: 头一张新城市来的单找不到人,不论几点都落到兜底岗位。
留: 其余的本来就归兜底岗位;它只是提醒。
file: rules/contacts.yaml
-       - {clerk: li}

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

[W528]
查: 一级的 during 和整条链的 during,没有同时开门的时候。
因: 链停在这一级,后面的各级也轮不到。
留: 用不着留;它只是提醒。
file: rules/escalations.yaml
- kind: escalations
- chains:
-   chase:
-     label: 催办
-     steps:
-       - {wait: 0 min, channel: sms, to: agent}
-       - {wait: 15 min, channel: phone, to: boss}
+ kind: escalations
+ chains:
+   chase:
+     label: 催办
+     during: desk
+     steps:
+       - {wait: 0 min, channel: sms, to: agent}
+       - {wait: 15 min, channel: phone, to: boss, during: night}
also: rules/night.yaml
+ kind: calendars
+ calendars:
+   night:
+     label: 夜间
+     hours:
+       - {days: mon-sun, open: 22:30-05:00}
改: during 只写一处,或改日历

[W529]
查: 没有谁发的消息、没有谁开始的升级链、没有谁查的表、没有岗位用的值班表。
因: 改它的人以为有用,其实什么也不变;或者该用它的那一行漏写了。
留: 用它的规则正在写的;它只是提醒。
file: rules/spare.yaml
+ kind: messages
+ messages:
+   spare:
+     label: 备用
+     workflow: parcel
+     channel: sms
+     to: agent
+     text: 备用
改: 在该发的地方写 send: spare,或删去

[W530]
查: 故事的最后一步没有 expect。
因: 最后发生的事没有人核对,规则改坏了故事照样通过。
留: 不能留。
finds: a story whose last step has no `expect`.
matters: what happens last is checked by nobody, so a broken rule passes.
allow: never.
file: rules/stories.yaml
-       - at: 15:10
-         expect: {late: [delivery], tasks: [agent]}
+       - at: 15:10

[W531]
查: 没有故事讲到的消息和时效;每一类只报一条,列出名字。
因: 没有故事的规则,改坏了没有人发现,直到客户来电。
留: 正在试的规则;它只是说明,一个故事也没有时不说。
file: rules/stories.yaml
-       - at: 09:25
-         expect: {sent: [{sms: agent, message: hurry}]}
-       - at: 09:28
+       - at: 09:12

[W532]
查: 几行流转互相发出事件,绕一圈又回到自己。
因: 到 16 步的上限才停,结论是 limit_exceeded,该做的事已经做了 16 遍。
留: 有条件(例如次数)一定会停下的;它只是提醒。
file: workflows/parcel.yaml
-   new:
-     label: 待发
+   new:
+     label: 待发
+     transitions:
+       - {event: failed, do: [{event: signed}]}
+       - {event: signed, do: [{event: failed}]}
改:   new:

[W533]
查: 地址、路径或报文里有明文的密码、密钥、令牌。
因: 规则文件会被抄送、截屏;看见的人就能冒用。
留: 不能留。
file: rules/tms.yaml
-   base_url: env:TMS_URL
+   base_url: https://api.example.com/v1?access_token=8f3a0c77d2

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

[W536]
查: 由群机器人或网络钩子送出的消息里,或发给对接方的指令里,有没遮住、也没有用 private_ok 写明允许的个人信息字段。
因: 群里人人看得到,对方的系统里也一直留着,收不回来;个人信息保护法要求只给需要的人。
留: 不要留着提醒不管;确实要给,就在这条消息或指令里写 private_ok,逐个写明,后来的人看得出是有人定过的。
file: rules/messages.yaml
-     channel: sms
-     to: agent
-     max_chars: 64
-     max_segments: 1
+     channel: dingtalk
+     to: agent
also: rules/robot.yaml
+ kind: connection
+ connection: drivers
+ label: 司机群
+ type: http
+ carries: dingtalk
+ base_url: env:DRIVERS_URL
+ send: {method: POST, path: /send, json: {text: '{text}'}}
改: 写成 {name|mask},或不写;群里确实要看,就写 private_ok: [name]

[W537]
查: 规则在等、却没有对接、待办、时间表或故事会报的事件。
因: 等它的单会一直等下去,除非有人自己想起来报。
留: 由人主动报的事件,写一个故事就算说明了;它只是说明。
file: workflows/parcel.yaml
-       - event: failed
-   done:
+       - event: failed
+       - {event: weighed, to: done}
+   done:
-   signed: 签收
- milestones:
+   signed: 签收
+   weighed: 称重
+ milestones:
改: 写进对接的 events,或待办的 asks,或写一个故事

[V601]
查: 要发布(或退回)的规则里,少了未结单现在所在的状态、记着的字段,或整个流程;认单的字段也不能在有未结单时改名。
因: 这些单在新规则里无处可去:不再计时,不再提醒,电话打进来也查不到。所以发布、退回、存盘时拒绝,并说有多少张。
留: 不能留。改了名就写 was: 旧名;不要了就先留着,等这些单办完;流程写了 running_cases: keep 的,老单走老规则,不查。
finds: what is to be published (or rolled back to) lacks a state in which open cases stand, a field they hold, or their whole workflow; a field that finds cases cannot be renamed while any are open.
matters: those cases would have nowhere to go: no clock, no reminder, nobody finds them by their number. So publishing, rolling back and saving the folder are refused, with the number of cases.
allow: never. After a rename write `was: old_name`; what is to go waits until these cases are done. Under `running_cases: keep` old cases go on under old rules and nothing is asked.
file: workflows/parcel.yaml
-   - {state: moving, event: sent_out}
+   - {state: on_the_way, event: sent_out}
also: workflows/parcel.yaml
-   moving:
-     label: 在途
+   on_the_way:
+     label: 在途
also: rules/sla.yaml
-     while: moving
+     while: on_the_way
also: rules/stories.yaml
-         expect: {state: moving}
+         expect: {state: on_the_way}
改:   on_the_way: {label: 在途, was: moving}
better:   on_the_way: {label: 在途, was: moving}
"""
