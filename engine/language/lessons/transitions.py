"""What do the codes about states, transitions and conditions (W) say in Chinese, and in English those that no single check tells of?"""

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

[W522]
查: 没有一单能符合的条件:在每个边界上试过,都不成立。
因: 这一行是空文,写的人却以为它管用;多半是两个数写反了。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {more_than: 50, less_than: 30}}, limit: 25 min}

[W524]
查: 恰在边界上的一个值,两行都不管:一行管到它以下,另一行管它以上。
因: 正好 50 公斤的那一单,会落到谁也没想到的地方。
留: 用不着留;它只是提醒。
file: rules/sla.yaml
-       - {if: {weight: {at_least: 50}}, limit: 25 min}
+       - {if: {weight: {less_than: 50}}, limit: 20 min}
+       - {if: {weight: {more_than: 50}}, limit: 25 min}
改:       - {if: {weight: {at_least: 50}}, limit: 25 min}

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
"""
