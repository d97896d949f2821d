"""What do the keys of the customer's page mean? The forms of `form_customer.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import COPIES, Said

CUSTOMER_KEYS: Mapping[str, Mapping[str, Said]] = {
    "CustomerForm": {
        "": Said("客户凭签名链接看到的那一页;没有这一段就没有链接", "the page a customer sees by a signed link; without this block there are no links"),
        "valid": Said("链接几天内有效,最长 366 天", "how long a link opens the page, at most 366 days", "30 days"),
        "promises": Said("告诉客户哪些时效的到期时间和是否做到", "policies whose due time is shown, and whether it was kept"),
        "events": Said("经过里列哪些事件;不写就是开单和主线的事件", "events listed as the course so far; without it those that open a case and those of the main line"),
        "says": Said("给客户看的说法:状态、事件、时效、表单的字段或选项;不写就用名称", "words for customers, for a state, event, policy, field or choice of the form; else the label"),
        "says_en": Said("同上,英文页用;不写就用英文名", "the same on the English page; else the name"),
        "opens": Said("页上的表单:客户填了就开一张单", "the form on the page: what is filled in opens a case"),
    },
    "CustomerTicketForm": {
        "": Said("客户的问题和投诉开成什么单", "what a question or complaint becomes"),
        "workflow": Said("开哪个流程的单", "the workflow of the new case"),
        "event": Said("由哪个事件开(写在它的 `start` 的 `by` 里)", "the event that opens it, one of its `start: by`"),
        "fields": Said("问客户的字段,都要填", "fields the customer must fill in, in this order"),
        "optional": Said("问客户、可以不填的字段", "fields the customer may fill in"),
        "with": COPIES,
    },
}  # fmt: skip
