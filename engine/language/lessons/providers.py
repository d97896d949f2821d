"""What do the codes about providers (W560 and up) say in Chinese? Each check tells the English itself."""

LESSONS = """
[W560]
查: 渠道的第一个通道只发审核过的模板,而它的 templates 里没有这条消息。
因: 这家不收自由文字,一发就被拒;只有备用渠道或备用通道能救。
留: 模板正在审核的时候;它只是提醒。
file: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
改: 在 templates 里写 hurry: {code: SMS_123, fill: {…}}

[W561]
查: 模板用来填变量的字段,和消息文字里的字段不一样。
因: 走这家的客户收到的话和别家的不一样,或者填错了值。
留: 审核过的说法有意省了一样;它只是提醒。补发用的(.resend)不比。
file: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
+ templates:
+   hurry: {code: SMS_123, fill: {who: name}}
改: fill 里填消息写到的字段;改一处就两处一起改,并重新送审

[W562]
查: 要送审的短信,开头或结尾是 [ ] 或 【 】。
因: 那里是签名的位置,审核会当成假签名退回来。
留: 只发模板的通道不能留;别的通道收,所以只是提醒。
file: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
+ templates:
+   hurry: {code: SMS_123, fill: {no: no}}
改: 括号外面先写字:单号[{no}]请速发出

[W563]
查: 短信里写了【】,而通道会自己加上签名。
因: 收到的短信有两个签名,或被服务商退回。
留: 不能留;要醒目就用「」。
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       【包裹】{no}请速发出[[,客户{name}]]。
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
改: 删去【】,签名写在对接的 sign

[W564]
查: 要送审的短信里,两个变量之间没有字。
因: 看不出一个变量到哪里为止,什么都能塞进去,审核不过。
留: 只发模板的通道不能留;它只是提醒。
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       {no}{city}请速发出。
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
改: {no}的{city}件请速发出。

[W565]
查: 要送审的短信里,同一个变量用了两次。
因: 模板里一个变量只能用一次,第二处要另外一个变量。
留: 只发模板的通道不能留;它只是提醒。
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       {no}请速发出,单号{no}。
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
改: 只写一次:{no}请速发出。

[W566]
查: 要送审的短信里只有变量和标点。
因: 用这个编号什么话都能发,审核不过。
留: 只发模板的通道不能留;它只是提醒。
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       {no}:{city}
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
改: 单号{no},到{city},请速发出。

[W567]
查: 要送审的短信里有 ★ ※ → ① 这类符号、表情,或繁体字。
因: 审核不过;有的手机上只是一个方框。
留: 只发模板的通道不能留;它只是提醒。
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       ★{no}请速发出。
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
改: 用普通的简体字和标点:{no}请速发出。

[W568]
查: 填进模板变量的字段,max 比服务商允许的长(阿里云 35 字,腾讯云 12 字)。
因: 偏偏是值最长的那几单被退回,谁也看不出为什么。
留: 不会有那么长的值;它只是提醒。没写 max 的字段这里不报。
file: workflows/parcel.yaml
-   city:       {type: text, label: 城市, max: 6}
+   city:       {type: text, label: 城市, max: 40}
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
+ templates:
+   hurry: {code: SMS_123, fill: {no: no, city: city}}
改: 把字段的 max 改小,或在模板里换一个短的字段

[W569]
查: 模板变量里填的是没有遮住的电话字段。
因: 文字变量不许带手机号,会被退回;短信里的号码谁拿到手机谁看得见。
留: 服务商专门的号码变量(阿里云 phone_number2);它只是提醒。
file: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
+ templates:
+   hurry: {code: SMS_123, fill: {no: no, tel: phone}}
改: 写成 tel: phone|mask

[W570]
查: 短信里写了“拒收请回复R”“退订回T”这类话。这里的消息都是通知,不是营销。
因: 通知写了会按营销退回;回了的人以后连自己的单也收不到。
留: 不能留;这里不发营销。
file: rules/messages.yaml
-       [{no}]请速发出[[,客户{name}]]。
+       {no}请速发出,拒收请回复R。
改: 删去;有人回“退订”照样会听

[W571]
查: 写了 if_not_delivered,而承担渠道的通道从不回执,或没有开回执的门(receipts)。
因: 没有回执就等于没送到:每一条都会再打一个电话。
留: 本来就想每条都打电话;它只是提醒。
file: rules/messages.yaml
-     to: agent
+     to: agent
+     if_not_delivered: {after: 5 min, channel: phone, to: agent}
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: kannel
+ carries: sms
+ url: http://127.0.0.1:13013
+ username: waybill
+ password: env:KANNEL_PASSWORD
改: 给通道加上 receipts: {token: env:SMS_TOKEN},或不写 if_not_delivered

[W572]
查: 写了 if_not_delivered,而第一个通道不能限定有效时间。
因: 服务商会一直试:司机先接到电话,几小时后又收到短信。
留: 文字经得起迟到就可以;只是让人知道。
file: rules/messages.yaml
-     to: agent
+     to: agent
+     if_not_delivered: {after: 5 min, channel: phone, to: agent}
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
+ receipts: {token: env:SMS_TOKEN}
+ templates:
+   hurry: {code: SMS_123, fill: {no: no}}
改: 文字里写明几点前有效,迟到的一看便知

[W573]
查: 写了 resend_when_back,而通道只发模板,又没有补发用的模板(消息名.resend)。
因: 审核过的文字不能再加字:答应补发并注明的那一条发不出去。
留: 模板正在审核的时候;它只是提醒。
file: rules/messages.yaml
-     to: agent
+     to: agent
+     if_not_delivered: {after: 5 min, channel: phone, to: agent, resend_when_back: yes}
also: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: aliyun_sms
+ carries: sms
+ sign: 包裹
+ access_key_id: env:ALI_AK
+ access_key_secret: env:ALI_SK
+ receipts: {token: env:SMS_TOKEN}
+ templates:
+   hurry: {code: SMS_123, fill: {no: no}}
改: 另送审一条带“已电话通知”的,写成 hurry.resend

[W574]
查: if_not_delivered 改走的渠道,和原来的渠道靠同一个地址或同一个账号。
因: 那家坏了、欠费了,备用跟着一起坏,正好在要用的时候。
留: 只怕对方不在、不怕服务商坏的;它只是提醒。同一个渠道是错误(F110)。
file: rules/messages.yaml
-     to: agent
+     to: agent
+     if_not_delivered: {after: 5 min, channel: phone, to: agent}
also: rules/cloud_sms.yaml
+ kind: connection
+ connection: cloud_sms
+ label: 云短信
+ type: http
+ carries: sms
+ base_url: env:CLOUD_URL
+ send: {method: POST, path: /sms, json: {to: '{number}', text: '{text}'}}
+ options: {receipts: yes}
also: rules/cloud_calls.yaml
+ kind: connection
+ connection: cloud_calls
+ label: 云外呼
+ type: http
+ carries: phone
+ base_url: env:CLOUD_URL
+ send: {method: POST, path: /call, json: {to: '{number}', text: '{text}'}}
改: 外呼换一家,或写 type: call_list

[W575]
查: 有的渠道有对接承担,消息或升级链用到的另一个渠道却没有。
因: 发到那里的只会记录,大家却以为发出去了。
留: 不能留;真的只要记录,就写 type: recorder。phone 没有对接就是电话清单,不报。
file: rules/robot.yaml
+ kind: connection
+ connection: drivers
+ label: 司机群
+ type: dingtalk_robot
+ carries: dingtalk
+ webhook: env:DRIVERS_WEBHOOK
改: 给 sms 也加一个对接;只要记录就写 type: recorder

[W576]
查: max_chars 把 max_segments 占满了,没给签名留地方。
因: 签名也算字数:写满 max_chars 的短信要多收一条的钱。
留: 文字不会有那么长;它只是提醒,最长的文字由 W513 看着。
file: rules/messages.yaml
-     max_chars: 64
+     max_chars: 70

[W577]
查: 几个通道互相做备用,绕成一圈;或者给别的渠道的通道做备用。
因: 谁都在等别人先坏,一个也轮不到:什么都发不出去。
留: 不能留。
file: rules/sms.yaml
+ kind: connection
+ connection: sms
+ label: 短信
+ type: kannel
+ carries: sms
+ url: http://127.0.0.1:13013
+ username: waybill
+ password: env:KANNEL_PASSWORD
+ backup_for: sms_two
+ receipts: {token: env:SMS_TOKEN}
also: rules/sms_two.yaml
+ kind: connection
+ connection: sms_two
+ label: 短信二
+ type: recorder
+ carries: sms
+ backup_for: sms
改: 让其中一个不写 backup_for
"""
