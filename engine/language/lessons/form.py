"""What do the codes of form (F) mean? Keys and values that do not fit the form of their file."""

LESSONS = """
[F100]
查: 文件第一行没有写 kind,或写了不认识的 kind。
因: 不知道这是哪一种文件,里面的规则就一条也不生效。
留: 不能留。
finds: a file without `kind`, or with an unknown one.
matters: nobody knows what the file is, so none of its rules would hold.
allow: never.
file: rules/calendars.yaml
- kind: calendars
+ kind: calender

[F101]
查: 这里没有这个键,多半是写错了字母,或写错了层次。
因: 不认识的键不会悄悄放过:放过了,规则就不是写的人想的那样。
留: 不能留。
finds: a key that does not exist here; usually mistyped, or at the wrong level.
matters: an unknown key is never passed over, for the rule would not be what its writer thinks.
allow: never.
file: rules/escalations.yaml
-       - {wait: 0 min, channel: sms, to: agent}
+       - {wait: 0 min, chanel: sms, to: agent}

[F102]
查: 少写了必须写的键,或键的后面是空的。
因: 少了它规则不完整,不替你猜。
留: 不能留。
finds: a needed key that is missing or empty.
matters: without it the rule is not whole, and nothing is guessed.
allow: never.
file: rules/sla.yaml
-     workflow: parcel
-     while: new
+     workflow: parcel

[F103]
查: 只能写规定的几个值之一的地方,写了别的。
因: 别的值没有意思可言。
留: 不能留。
finds: another value where only a few are allowed.
matters: another value means nothing here.
allow: never.
file: rules/tms.yaml
- type: http
+ type: htpp

[F110]
查: 值的写法不对:时长、时刻、日期、时段、是否、百分比……
因: 每种值只有一种写法,“1 天”到底是 24 小时还是一个工作日,要写清楚。
留: 不能留。
finds: a value in the wrong form: a length of time, a time of day, a date, hours, yes or no, a share.
matters: each has one way of writing; whether `1 day` is 24 hours or a working day must be said.
allow: never.
file: rules/sla.yaml
-     limit: 30 min
+     limit: 30分钟

[F120]
查: 密码、密钥直接写在规则里。
因: 规则文件会被抄送、截屏;看见的人就能冒用。
留: 不能留。
finds: a literal secret.
matters: rule files are mailed and shown on screens; whoever sees one can act in our name.
allow: never.
file: rules/tms.yaml
-   signature: {kind: token, secret: env:TMS_TOKEN}
+   signature: {kind: token, secret: abc123}
"""
