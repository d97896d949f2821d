"""What do the keys of commands, polls and drop folders mean? The forms of `form_outbound.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import Said

_SECRETS = Said("记号: `env:名字`;请求里写 `{记号}` 就填上", "mark: `env:NAME`; filled in where a request says `{mark}`")
_LOGIN = Said("先登录,拿到的令牌带在每次请求里", "a request that opens a session; all others carry its token")
_SUBFOLDER = "子文件夹的名字"

OUTBOUND_KEYS: Mapping[str, Mapping[str, Said]] = {
    "ReferenceForm": {
        "": Said("对方给的编号", "their own number for what we sent"),
        "at": Said("编号在回答的哪条路径", "its path in the answer"),
        "save_as": Said("记到单的哪个字段", "the field in which the case keeps it"),
    },
    "RetryForm": {
        "": Said("什么时候再发一次", "when a command is tried again"),
        "when": Said("`no_connection` 没连上,`429` 太频繁;`no_answer`、`5xx` 结果不明,只有对方认去重键才可以", "`no_connection`, `429`; `no_answer` and `5xx` only where the neighbour honours our key"),
        "waits": Said("每次再发之前等多久,最后一个重复用", "the wait before each further try; the last one repeats"),
        "times": Said("一共最多几次", "tries in all"),
    },
    "AskForm": {
        "": Said("一次请求", "one request"),
        "method": Said("请求的方法", "the method"),
        "path": Said("`base_url` 以下的路径;`{字段}` 会填上", "below `base_url`; `{field}` is filled in"),
        "json": Said("请求的内容(JSON)", "the body, as JSON"),
        "form": Said("请求的内容(表单);`GET` 时是地址后面的参数", "the body, as a form; of a `GET` the query"),
        "xml": Said("请求的内容(XML),填进去的值会转义", "the body, as XML; what is filled in is escaped"),
        "text": Said("请求的内容(纯文本)", "the body, as plain text"),
        "headers": Said("另加的请求头", "further headers"),
        "ok_when": Said("回答里这条路径是这个值就算成功;不写则 2xx 都算", "path: text of the answer; without, any 2xx is a yes"),
        "refused_when": Said("回答里这条路径是这个值就算被拒绝", "path: text of the answer that is a no"),
    },
    "RequestForm": {
        "": Said("一条指令,或怎样交出一条消息", "one command, or how a message is handed over"),
        "human": Said("对方不支持,由人来办", "instead of a request: the neighbour cannot do it, a person does"),
        "private_ok": Said("可以交给对方的个人信息字段,逐个写明;没写的会提醒", "private fields that the neighbour may have, each by name; others bring a warning"),
        "reason_at": Said("被拒绝时,理由在回答的哪条路径", "path of the reason in an answer that is a no"),
        "reference": Said("对方给的编号", "their own number for what we sent"),
        "retry": Said("什么时候再发一次;不写就照我们的", "when it is tried again; without it by our own rule"),
        "status_of": Said("结果不明时怎样去问:一次请求,可用 `{key}`、`{reference}`", "how one asks what became of it: a request, with `{key}` and `{reference}`"),
    },
    "LoginForm": {
        "": Said("登录", "the request that opens a session"),
        "token_at": Said("令牌在回答的哪条路径", "path of the token in the answer"),
        "header": Said("令牌放在哪个请求头", "the header that carries it", "Authorization"),
        "prefix": Said("令牌前面的字", "what stands before the token", "Bearer "),
        "keep": Said("令牌用多久再重新登录", "how long the token is used", "20 min"),
    },
    "OutboundForm": {
        "": Said("我们发给对方的指令", "our commands, their requests"),
        "base_url": Said("对方的网址,如 `env:TMS_URL`", "where it is, as `env:TMS_URL`"),
        "secrets": _SECRETS,
        "login": _LOGIN,
        "commands": Said("指令,名字: 请求", "every command by its name"),
    },
    "SinceForm": {
        "": Said("“从什么时候起”怎样写", "how the instant since when we ask is written"),
        "overlap": Said("每次多往回问多久", "so much is asked for again each time", "10 min"),
        "first": Said("第一次往回问多久", "how far the first question reaches back", "24 h"),
        "format": Said("时间的写法,如 `%Y-%m-%d %H:%M:%S`;`epoch` 是秒数;不写则 ISO 8601", "as `%Y-%m-%d %H:%M:%S`; `epoch` for seconds; without it ISO 8601"),
        "timezone": Said("写成哪个时区的时间", "the zone it is written in", "UTC"),
    },
    "PagesForm": {
        "": Said("一次答不完时怎样往下问", "how a long answer goes on"),
        "first": Said("第一页的 `{page}` 是几", "`{page}` of the first page", "1"),
        "size": Said("一页几条;不满一页就是最后一页", "items of a full page; a page with fewer is the last"),
        "next_at": Said("下一页的标记在回答的哪条路径,填进 `{next}`;空了就是最后一页", "path of the mark `{next}` for the next page; blank: the last"),
    },
    "FetchForm": {
        "": Said("只给编号的,再按编号去取", "a claim check: the list names documents, each is fetched"),
        "each": Said("编号列表在哪里", "where the list stands"),
        "id": Said("每一项里编号的路径,填进 `{id}`", "path of the id in an item, filled in as `{id}`"),
    },
    "PollForm": {
        "": Said("隔一会儿去问一次有什么新的", "how we ask for what is new"),
        "base_url": Said("对方的网址,如 `env:WMS_URL`", "where it is, as `env:WMS_URL`"),
        "secrets": _SECRETS,
        "login": _LOGIN,
        "every": Said("多久问一次", "how often"),
        "request": Said("怎样问;`{since}`、`{page}`、`{next}` 会填上", "the question, with `{since}`, `{page}`, `{next}`"),
        "since": Said("“从什么时候起”怎样写", "how `{since}` is written, and how much is asked for again"),
        "pages": Said("一次答不完时怎样往下问", "how a long answer goes on"),
        "at_most": Said("最多多频繁,如 `60 per 1 min`", "how often at most, as `60 per 1 min`"),
        "fetch": Said("只给编号的,再按编号去取", "a claim check: each item is fetched by its id"),
    },
    "SftpForm": {
        "": Said("文件夹在对方的 SFTP 上", "the folder is at somebody else's, over SFTP"),
        "host": Said("对方的主机名", "the host"),
        "port": Said("端口", "the port", "22"),
        "user": Said("用户名", "the user"),
        "host_key": Said("对方主机的公钥,如 `ssh-ed25519 AAAA…`;不对就不连", "the host's public key, as `ssh-ed25519 AAAA…`; another one is refused"),
        "password": Said("密码:`env:名字`", "`env:NAME`"),
        "key": Said("我们的私钥:`file:路径`", "our private key: `file:PATH`"),
    },
    "FilesForm": {
        "": Said("对方放文件的文件夹", "a folder into which files are dropped for us"),
        "folder": Said("文件夹:`env:名字`,或相对路径", "`env:NAME`, or a relative path"),
        "take": Said("收哪些文件名,如 `*.csv`", "names that are taken up, as `*.csv`"),
        "rest": Said("文件多久没变才算写完;名字以 `.ready` 结尾的马上收", "so long unchanged means complete; `*.ready` is taken at once", "1 min"),
        "archive": Said(f"读完的放哪个{_SUBFOLDER}", "the subfolder for what was read", "archive"),
        "quarantine": Said(f"读不了的放哪个{_SUBFOLDER},旁边有逐行的说明", "the subfolder for what cannot be read, with a report by line", "quarantine"),
        "answers": Said(f"我们的回执(X12 997)放哪个{_SUBFOLDER}", "the subfolder for our answers (X12 997)"),
        "sftp": Said("文件夹在对方的 SFTP 上", "the folder is at somebody else's, over SFTP"),
    },
}  # fmt: skip
