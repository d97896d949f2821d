"""What do the codes about people and working hours (W) say in Chinese, and in English those that no single check tells of?"""

LESSONS = """
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
"""
