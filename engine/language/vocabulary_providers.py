"""What do the keys of a provider mean? The forms of `form_providers.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import Said

_ACCOUNT = Said("账号信息,照服务商的叫法", "of the account, in the provider's words")
_ACCOUNT_SECRET = Said("账号的密钥:`env:名字` 或 `file:路径`", "a secret of the account: `env:NAME` or `file:PATH`")

PROVIDER_KEYS: Mapping[str, Mapping[str, Said]] = {
    "TemplateForm": {
        "": Said("服务商审核过的一个模板", "one message as the provider approved it"),
        "code": Said("模板编号", "the code of the template"),
        "fill": Said("变量: 字段或标记,如 `POLICY.due|time`", "variable: a field or mark, as `POLICY.due|time`"),
    },
    "LimitsForm": {
        "": Said("服务商的限制", "how often one number may be reached through this provider, and how often it may be asked at all"),
        "per_number": Said("每个号码最多几次,如 `1 per 1 min`", "so often may one number be reached, as `1 per 1 min`"),
        "at_most": Said("一共最多几次,如 `20 per 1 min`;满了就等,先来先发", "so often may it be asked at all, as `20 per 1 min`; beyond it, first in first out"),
    },
    "ReceiptsForm": {
        "": Said("服务商推送回执的入口", "the door for what the provider pushes"),
        "token": Said("地址里的令牌:`env:名字`;换的时候写两个", "a secret in the address: `env:NAME`; a list while it is being changed"),
        "allow_ips": Said("只收这些地址发来的", "addresses that may knock"),
    },
    "ProviderForm": {
        "": Said("通道的设置", "the settings of a provider"),
        "url": Said("换一个地址,不用服务商自己的", "another address than the provider's own"),
        "public_url": Said("服务商找我们用的地址,回执从这里来", "our address as the provider reaches it; receipts come back there"),
        "access_key_id": _ACCOUNT,
        "access_key_secret": _ACCOUNT_SECRET,
        "secret_id": _ACCOUNT,
        "secret_key": _ACCOUNT_SECRET,
        "app_id": _ACCOUNT,
        "region": Said("服务商的地域", "the provider's region"),
        "account_sid": _ACCOUNT,
        "auth_token": _ACCOUNT_SECRET,
        "from": Said("发送方:号码或邮箱", "the sender: number or mail address"),
        "username": _ACCOUNT,
        "password": _ACCOUNT_SECRET,
        "smsc": Said("Kannel 的路由", "Kannel's route"),
        "called_show_number": Said("对方看到的来电号码", "the number that is shown to the called one"),
        "play_times": Said("念几遍", "how often it reads the text"),
        "listen": Said("SIP:我们自己的地址和端口", "SIP: our own address and port"),
        "trunk": Said("SIP:往哪里拨,如 `sip:{number}@10.0.0.1:5060`", "SIP: the address a number is dialled at, such as `sip:{number}@10.0.0.1:5060`"),
        "voice": Said("用什么声音念", "the voice that reads"),
        "confirm": Said("按哪个键算“听明白了”;不写则听完就算", "the key that says “understood”; without one, hearing to the end counts"),
        "ring_for": Said("最多响多久", "how long it may ring"),
        "corp_id": _ACCOUNT,
        "corp_secret": _ACCOUNT_SECRET,
        "agent_id": _ACCOUNT,
        "webhook": Said("机器人的完整地址,本身就是密钥:`env:名字`", "a robot's whole address; it is itself the secret: `env:NAME`"),
        "secret": _ACCOUNT_SECRET,
        "host": Said("邮件服务器", "the mail server"),
        "port": Said("邮件服务器的端口", "its port"),
        "security": Said("邮件怎样加密", "how the connection to the mail server is secured"),
        "subject": Said("邮件的主题", "the subject line"),
        "templates": Said("消息: 审核过的模板;`消息.resend` 是补发用的", "message: the template as the provider approved it; `MESSAGE.resend` for the marked second copy"),
        "limits": Said("服务商的限制", "the provider's limits"),
        "receipts": Said("服务商推送回执的入口", "the door for what the provider pushes"),
    },
}  # fmt: skip
