"""What do the keys of a file of scheduled reports mean? The forms of `form_reports.py`, key by key; key "" is the block itself."""

from collections.abc import Mapping

from engine.language.said import LABEL, Said

REPORTS_KEYS: Mapping[str, Mapping[str, Said]] = {
    "ReportRoundForm": {
        "": Said("一张定时报表", "one report that goes out by itself"),
        "label": LABEL,
        "report": Said("哪张报表(`waybill report` 列出全部)", "which report (`waybill report` lists them)"),
        "over": Said("数哪一段,也就是多久发一次:`yesterday` 每天、`last_week` 每周、`last_month` 每月", "the days it covers, and so how often it goes: `yesterday` daily, `last_week` weekly, `last_month` monthly"),
        "at": Said("几点发", "at what time of day it goes"),
        "to": Said("发给哪些岗位或邮箱", "roles (whoever fills them then) or mail addresses"),
        "calendar": Said("只在这个日历开门的日子发;不开门就等到下一个开门日", "it goes on days this calendar is open; else on the next one that is", "every day"),
        "by": Said("按什么分行", "what its rows are sorted by", "as the report does"),
        "only": Said("只数这些", "count only these: what: value"),
        "lang": Said("用什么语言:`zh` `en`", "its language: `zh` or `en`", "zh"),
        "format": Said("附什么文件:`xlsx` `csv`,可以都要", "what is attached: `xlsx`, `csv`, or both", "xlsx"),
    },
    "ReportsForm": {
        "": Said("定时报表文件", "a file of reports that go out by themselves"),
        "kind": Said("文件的种类:定时报表", "what kind of file this is: scheduled reports"),
        "reports": Said("全部定时报表", "the scheduled reports by name"),
    },
}  # fmt: skip
