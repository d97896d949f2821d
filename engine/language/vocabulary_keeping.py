"""What do the keys of a keeping file mean? The forms of `form_keeping.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import Said

KEEPING_KEYS: Mapping[str, Mapping[str, Said]] = {
    "KeepForm": {
        "": Said("每一类数据留多久:`180 days`、`3 years`;不写就一直留", "how long each class of data is kept: `180 days`, `3 years`; what is not written stays"),
        "personal": Said("个人信息,从单结束算起;之后换成〔已删除〕", "personal values, counted from the end of their case; then a mark stands in their place"),
        "texts": Said("发出去的文字(打过码的),从发出算起", "what was sent, masked, counted from its sending"),
        "raw": Said("服务商推来的原文、没认出的来报,从收到算起", "what providers pushed as it came, and papers nobody could read, counted from their receipt"),
        "history": Said("整张单连同台账,从单结束算起", "the whole case with its journal, counted from its end"),
    },
    "KeepingForm": {
        "": Said("保留期限文件", "a file that says how long what is kept"),
        "kind": Said("文件的种类:保留期限", "what kind of file this is: keeping"),
        "keep": Said("每一类数据留多久", "how long each class of data is kept"),
    },
}  # fmt: skip
