"""What do the codes about messages, stories, secrets (W) and publishing (V) say in Chinese, and in English those that no single check tells of?"""

LESSONS = """
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

[W516]
查: 消息里有字段没写 max,算不出最长多少字。
因: 短信会不会超长,要到发的时候才知道。
留: 知道它不会长的;它只是提醒。
file: workflows/parcel.yaml
-   name:       {type: text, label: 客户, max: 6, private: yes, optional: yes}
+   name:       {type: text, label: 客户, private: yes, optional: yes}

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

[W533]
查: 地址、路径或报文里有明文的密码、密钥、令牌。
因: 规则文件会被抄送、截屏;看见的人就能冒用。
留: 不能留。
file: rules/tms.yaml
-   base_url: env:TMS_URL
+   base_url: https://api.example.com/v1?access_token=8f3a0c77d2

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
