"""Which problems can a rulebook have? One table of codes, and the desk they are laid on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import normalize

from engine.model.diagnostic import Diagnostic, Severity
from engine.model.span import Span

LISTED_MAX = 12
"""So many allowed names are listed when none is near."""
NEAR = 0.6
"""difflib's cut-off for "did you mean" (authoring.md section 5)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code: never re-used, never renamed."""

    name: str
    zh: str
    en: str
    severity: Severity = Severity.ERROR


def _warning(name: str, zh: str, en: str) -> Code:
    return Code(name, zh, en, Severity.WARNING)


def _info(name: str, zh: str, en: str) -> Code:
    return Code(name, zh, en, Severity.INFO)


CODES: dict[str, Code] = {
    # Y: writing.
    "Y001": Code("tab-indent", "用制表符(Tab)缩进,改成空格", "a tab in the indentation; use spaces"),
    "Y002": Code("full-width-space", "缩进里有全角空格,改成半角空格", "a full-width space in the indentation; use plain spaces"),
    "Y003": Code("full-width-colon", "键的后面是全角冒号,改成半角冒号加一个空格", "a full-width colon after a key; use ':' and a space"),
    "Y004": Code("no-space-after-colon", "冒号后面少一个空格", "no space after the colon"),
    "Y005": Code("no-space-after-dash", "短横后面少一个空格", "no space after the dash"),
    "Y006": _warning("hash-cuts-text", "空格加 # 是注释,后面的字不算", "a blank and # begin a comment: the rest of the text is lost"),
    "Y007": Code("smart-quotes", "中文引号不能当引号用", "curly quotes do not quote"),
    "Y008": Code("full-width-punctuation", "列表或花括号里用了全角逗号或括号", "a full-width comma or bracket in a list or mapping"),
    "Y010": Code("yaml-error", "YAML 写法不对,读不下去", "this is not YAML"),
    "Y011": Code("empty-file", "文件是空的", "the file is empty"),
    "Y012": Code("duplicate-key", "同一个键写了两次", "a key is written twice"),
    "Y013": Code("too-deep", "套得太深(最多 24 层)", "nested too deeply (24 levels at most)"),
    "Y014": Code("file-too-large", "文件太大(最多 256 KB、20000 项)", "the file is too large (256 KB, 20,000 nodes)"),
    "Y016": Code("several-documents", "一个文件只能有一份,不能用 --- 分开", "one document per file"),
    "Y020": Code("alias", "不能用锚点(&)和别名(*)", "anchors and aliases are not used"),
    "Y021": Code("tag", "不能用标签(!)", "tags are not used"),
    "Y022": Code("key-not-a-word", "键只能是一个词", "a key must be one word"),
    "Y023": Code("merge-key", "不能用 << 合并", "merge keys are not used"),
    "Y024": _info(
        "comma-in-text",
        "花括号里的半角逗号当作正文,别的软件会在这里断开",
        "a plain comma in braces is read as text; other tools split there",
    ),
    # F: form.
    "F100": Code("unknown-kind", "第一行要写 kind", "the file must say its kind"),
    "F101": Code("unknown-key", "这里没有这个键", "there is no such key here"),
    "F102": Code("missing-key", "少写了一个键", "a key is missing"),
    "F103": Code("not-one-of", "只能写规定的几个值之一", "not one of the allowed values"),
    "F110": Code("wrong-form", "写法不对", "written in the wrong form"),
    "F120": Code("secret-literal", "密码、密钥不能写在规则里", "a secret must not stand in the rules"),
    # C: conditions.
    "C201": Code("needs-a-list", "any_of、none_of 后面要写列表", "any_of and none_of take a list"),
    "C202": Code("unknown-field", "条件里的字段没有登记", "a condition names an unknown field"),
    "C203": Code("bad-operand", "比较的值不合字段的类型", "the compared value does not fit the field's type"),
    "C204": Code("unknown-choice", "字段没有这个选项", "the field has no such choice"),
    "C205": Code("unknown-comparison", "不认识的比较词", "an unknown comparison word"),
    "C206": Code("comparison-impossible", "这种字段不能这样比较", "this kind of field cannot be compared so"),
    "C207": Code("empty-condition", "条件是空的", "the condition is empty"),
    # R: references.
    "R301": Code("unknown-name", "没有这个名字", "an unknown name"),
    "R302": Code("unknown-field-key", "没有登记这个字段", "an unknown field as a key"),
    "R303": Code("row-lacks-column", "表里这一行少一列", "a table row lacks a column"),
    "R304": Code("unknown-column", "表里没有这一列", "the table has no such column"),
    "R305": Code("declared-twice", "同一个名字登记了两次", "a name is declared twice"),
    "R306": Code("no-such-file", "找不到这个文件", "no such file"),
    "R308": Code("date-in-conflict", "同一天在假期表里说法不一", "a date is told in two ways by one holiday list"),
    "R309": Code(
        "wrong-audience",
        "内部消息不能发给客户,客户消息不能改发内部",
        "an internal message cannot go to a customer, nor the other way round",
    ),
    "R307": Code("path-not-in-samples", "样例报文里找不到这条路径", "no sample holds this path"),
    # N: texts with marks.
    "N401": Code("unknown-placeholder", "文字里的字段没有登记", "an unknown mark in a text"),
    "N402": Code("optional-outside-brackets", "可能为空的字段要写在 [[ ]] 里", "a mark that may be blank stands outside [[ ]]"),
    "N403": Code("unknown-format", "不认识的格式,或这种字段不能用", "an unknown format, or not for this mark"),
    "N404": Code("broken-mark", "文字里的括号不配对", "a mark is not closed"),
    # W: meaning.
    "W501": _warning("unreachable-state", "没有任何流转能到这个状态", "no transition enters this state"),
    "W503": Code("dead-end", "状态不是结束状态,却没有出路", "a state that is not final and has no way out"),
    "W504": _warning("hidden-row", "前面一行没有条件,这一行永远轮不到", "an earlier row without a condition hides this one"),
    "W505": _info("event-never-used", "登记了事件,却没有任何地方用到", "a declared event that nothing uses"),
    "W506": Code(
        "unwatched-state", "这个状态可能无人看管:没有时限盯着,也没写 no_deadline", "nothing watches this state, and it says no no_deadline"
    ),
    "W507": Code("no-last-resort", "缺少兜底岗位 last_resort,或它有时找不到人", "role last_resort is missing or does not always resolve"),
    "W508": Code("never-open", "日历从不开门", "the calendar is never open"),
    "W509": Code("ends-before-it-begins", "结束早于开始", "the end lies before the beginning"),
    "W510": Code("story-cannot-fail", "这个故事什么都没检查", "the story checks nothing"),
    "W511": _warning("row-beyond-limit", "提醒早于计时开始或晚于时限", "the row lies outside the limit"),
    "W512": Code("text-too-long", "文字最长时超过 max_chars", "the longest possible text exceeds max_chars"),
    "W513": Code("too-many-segments", "短信最长时超过 max_segments 条", "the longest possible text exceeds max_segments"),
    "W514": _warning("calendar-not-confirmed", "明年的放假安排还没填", "next year's holidays are not confirmed"),
    "W515": _warning("unused-calendar", "登记了日历,却没有用到", "a calendar that nothing uses"),
    "W530": Code("story-ends-unchecked", "故事的结尾什么都没检查", "the end of the story checks nothing"),
    "W517": _warning("no-address", "这一级要找的人没有这个渠道的地址", "somebody a step may reach has no address for its channels"),
    "W518": _warning("gap-in-rota", "值班表有空档", "the rota has hours with nobody on duty"),
    "W519": _warning("overlays-overlap", "两段临时时间重叠,以开始得晚的为准", "two overlays overlap: the one that begins later wins"),
    "W520": _warning("hole-in-rota", "未来 8 周有时段没有人值班", "nobody is on duty at some hours of the next eight weeks"),
    "W521": _warning("hidden-exception", "前面的行已经占了,这一行例外轮不到", "earlier exceptions take the cases of this one"),
    "W522": _warning("condition-never-holds", "没有一单能符合这个条件", "a condition that no case can fulfil"),
    "W523": _warning("exception-loosens", "两行例外都符合时,先写的那行更宽", "a case that fits two exceptions gets the longer limit"),
    "W524": _warning("gap-at-boundary", "正好在边界上的值,两行都不管", "a value just between two rows fits neither"),
    "W525": _warning("hidden-table-row", "表里前面的行已经占了,这一行永远轮不到", "an earlier row of the table hides this one"),
    "W526": _warning("gap-in-table", "有的单在表里找不到人", "the table names nobody for some cases"),
    "W527": _warning("row-never-fires", "时间表里这一行永远轮不到", "a row of the timeline can never be carried out"),
    "W528": _warning("step-never-comes", "升级链里这一级永远轮不到", "a step of a chain whose hour never comes"),
    "W529": _warning("unused-rule", "登记了却没有用到", "a message, chain, table or rota that nothing uses"),
    "W537": _info("event-nobody-sends", "规则在等一个没有谁会报的事件", "rules wait for an event that nobody sends"),
    "W531": _info("untold-rule", "有规则没有故事讲到", "rules that no story tells of"),
    "W532": _warning("event-loop", "事件会一直绕回来", "events that raise each other for ever"),
    "W533": Code("secret-in-address", "地址或报文里有明文的密码、密钥", "a literal secret in an address or request"),
    "W534": _warning("stop-unreachable", "计时开始了却永远停不下来", "a clock none of whose stops can happen"),
    "W535": _warning("clock-never-starts", "时效从不开始计时", "a clock none of whose starts can happen"),
    "W536": _warning(
        "private-to-group", "个人信息发进了群里,或交给了对接方", "a private field in a message that a group reads, or in a command"
    ),
    "W560": _warning("template-not-mapped", "通道只发模板,这条消息没有审核过的模板", "a message its first provider has no template for"),
    "W561": _warning("template-fields-differ", "模板填的字段和消息里的不一样", "a template filled from other marks than its message"),
    "W562": _warning("template-brackets-at-ends", "要审核的文字开头或结尾是括号", "a text for approval begins or ends with a bracket"),
    "W563": _warning("template-sign-in-text", "文字里写了签名的【】", "the sign's brackets stand in a text"),
    "W564": _warning("template-adjacent-variables", "要审核的文字里两个变量紧挨着", "two variables of a text for approval touch"),
    "W565": _warning("template-variable-twice", "要审核的文字里同一个变量用了两次", "a text for approval uses a variable twice"),
    "W566": _warning("template-only-variables", "要审核的文字全是变量", "a text for approval is nothing but variables"),
    "W567": _warning("template-forbidden-character", "要审核的文字里有特殊符号或繁体字", "a text for approval uses signs that are refused"),
    "W568": _warning("template-variable-too-long", "模板变量可能超过服务商允许的长度", "a value may outgrow the provider's variable"),
    "W569": _warning("template-private-number-in-variable", "模板变量里有电话号码", "a template's variable carries a phone number"),
    "W570": _warning("opt-out-words", "通知里写了退订、拒收的话", "a notice invites people to opt out"),
    "W571": _warning("delivery-not-observable", "要看送到没有,通道却不回执", "a fallback on a connection without receipts"),
    "W572": _info("validity-not-supported", "通道不能限定有效时间,原件可能迟到", "the original may still arrive after its fallback"),
    "W573": _warning("resend-template-missing", "要补发,却没有补发用的模板", "no template for the marked second copy"),
    "W574": _warning("fallback-is-the-same-route", "备用和原来靠同一家服务商", "a fallback that depends on the same provider"),
    "W575": _warning("channel-without-connection", "有渠道没有对接,只会记录", "a channel that no connection carries"),
    "W576": _warning("sms-no-room-for-sign", "max_chars 没给签名留地方", "max_chars leaves no room for the sign"),
    "W577": Code("backup-never-asked", "备用通道永远轮不到", "a connection that no route reaches"),
    "W516": _warning("length-unknown", "有字段没写 max,算不出最长的文字", "a field without max: the longest text is unknown"),
    # V: putting a version into force. Told by publishing and by the rule folder, not by check, which does not know the open cases.
    "V601": Code("open-cases-lost", "新规则里没有未结单要用的状态或字段", "the new rules lack a state or field that open cases need"),
}
"""Code -> name, headline in Chinese and English, severity. The letter is the family; `waybill explain CODE` reads from here."""


_ABOUT_NAMES = ("R301", "R302", "C202", "N401", "R304")
"""Problems about a name; it stands quoted in the English headline."""


class Findings:
    """Collects diagnostics of one compilation. Nothing is lost, nothing is told twice."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int, int, str], Diagnostic] = {}
        self.perhaps: set[str] = set()
        """Names that a file may declare which could not be read: that they are unknown is not held against others."""

    def add(
        self,
        code: str,
        span: Span,
        zh: str,
        en: str,
        *,
        note: tuple[str, str] = ("", ""),
        fix: tuple[str, str] = ("", ""),
        related: Iterable[Span] = (),
    ) -> None:
        """Report one problem. note: text under the caret; fix: the next step; both (Chinese, English)."""
        if code in _ABOUT_NAMES and self.perhaps.intersection(re.findall("“([^”]*)”", en)):
            return
        known = CODES[code]
        found = Diagnostic(
            code=code, name=known.name, severity=known.severity, span=span, zh=zh, en=en,
            note_zh=note[0], note_en=note[1], help_zh=fix[0], help_en=fix[1], related=tuple(related),
        )  # fmt: skip
        self._found.setdefault((code, span.file, span.line, span.column, en), found)

    def extend(self, found: Iterable[Diagnostic]) -> None:
        """Lay down what another desk has found."""
        for diagnostic in found:
            span = diagnostic.span
            self._found.setdefault((diagnostic.code, span.file, span.line, span.column, diagnostic.en), diagnostic)

    @property
    def failed(self) -> bool:
        """True once an error has been reported."""
        return any(found.severity is Severity.ERROR for found in self._found.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All findings by file, line and column."""
        return tuple(sorted(self._found.values(), key=lambda found: (found.span.file, found.span.line, found.span.column, found.code)))


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that was probably meant, or None."""
    names = list(allowed)
    close = get_close_matches(name, names, n=1, cutoff=NEAR)
    if close:
        return close[0]
    folded = _fold(name)
    return next((candidate for candidate in names if _fold(candidate) == folded), None)


def did_you_mean(name: str, allowed: Iterable[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """(note, fix) for an unknown name: the nearest one, else a list of the allowed ones."""
    names = list(allowed)
    near = nearest(name, names)
    note = (f"是不是想写 “{near}”？", f"did you mean “{near}”?") if near else ("", "")
    listed = names[:LISTED_MAX]
    more = "……" if len(names) > LISTED_MAX else ""
    fix = (
        (f"可用:{'、'.join(listed)}{more}", f"known here: {', '.join(listed)}{' ...' if more else ''}")
        if names
        else ("这里还没有登记任何名字", "no names are declared here")
    )
    return note, fix


def _fold(name: str) -> str:
    return normalize("NFKC", name).casefold().replace("-", "_").strip()
