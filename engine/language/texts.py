"""What does a short text mean? Durations, times of day, hours, dates, yes/no, weekdays, caps: each written one way."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar

from engine.model.calendar import DAY_SECONDS
from engine.model.contact import Turn
from engine.model.message import Cap
from engine.model.policy import Amount

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "min": 60, "h": 3600}
_CHINESE_UNITS = (
    ("小时", "h"),
    ("钟头", "h"),
    ("分钟", "min"),
    ("分", "min"),
    ("秒", "s"),
    ("个工作日", "business day"),
    ("工作日", "business day"),
)
_NUMERALS = {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_ENGLISH_UNITS = {
    "hour": "h",
    "hours": "h",
    "hr": "h",
    "hrs": "h",
    "mins": "min",
    "minute": "min",
    "minutes": "min",
    "m": "min",
    "sec": "s",
    "seconds": "s",
}
_DURATION = re.compile(r"\d{1,6} (s|min|h)( \d{1,6} (s|min|h)){0,2}", re.ASCII)
_BUSINESS = re.compile(r"(\d{1,4}) business days?", re.ASCII)
_BARE_DAYS = re.compile(r"(\d+) ?(days?|d|天|日)")
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_HOURS = re.compile(r"(\d{1,2}:\d{2}) ?- ?(\d{1,2}:\d{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,2}:\d{2})", re.ASCII)
_YUAN = re.compile(r"(\d{1,6}(?:\.\d{1,4})?) 元", re.ASCII)
_CAP = re.compile(r"(\d{1,4}) per (?:(\d{1,3}) )?(s|min|hour|h|day)", re.ASCII)
_CAP_SECONDS = {"s": 1, "min": 60, "hour": 3600, "h": 3600, "day": DAY_SECONDS}
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})", re.ASCII)
_TURN = re.compile(r"(\d{1,3}) (week|shift)s?", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3})%", re.ASCII)
T = TypeVar("T")


_KEPT = re.compile(r"(\d{1,5}) (days?|years?)", re.ASCII)
KEPT_MAX = 36_500


class BadText(ValueError):
    """The text is not written in the form asked for; says the right one."""

    def __init__(self, zh: str, en: str, fix_zh: str = "", fix_en: str = "") -> None:
        self.zh, self.en, self.fix_zh, self.fix_en = zh, en, fix_zh, fix_en
        super().__init__(en)


def read_amount(text: str) -> Amount:
    """`30 min`, `2 h`, `1 h 30 min`, `168 h`, `1 business day`. A bare `1 day` is refused: peers mean three different things by it."""
    days = _BUSINESS.fullmatch(text)
    if days:
        return Amount(business_days=int(days[1]), written=text)
    if _DURATION.fullmatch(text):
        words = text.split(" ")
        units = words[1::2]
        if len(set(units)) == len(units) and [_UNITS[unit] for unit in units] == sorted((_UNITS[unit] for unit in units), reverse=True):
            return Amount(seconds=sum(int(count) * _UNITS[unit] for count, unit in zip(words[::2], units, strict=True)), written=text)
    bare = _BARE_DAYS.fullmatch(text)
    if bare:
        count = int(bare[1])
        plural = "" if count == 1 else "s"
        raise BadText(
            f"“{text}” 说不清:是连续的小时,还是工作日", f"“{text}” is not clear: running hours, or business days",
            f"写成 `{count * 24} h`(连续)或 `{count} business day{plural}`(工作日)", f"write `{count * 24} h` or `{count} business day{plural}`",
        )  # fmt: skip
    if re.fullmatch(r"\d+", text, re.ASCII):
        raise BadText(
            f"“{text}” 少了单位", f"“{text}” lacks a unit", f"写成 `{text} min` 或 `{text} h`", f"write `{text} min` or `{text} h`"
        )
    corrected = _corrected_amount(text)
    raise BadText(
        f"时长 “{text}” 写法不对", f"“{text}” is not a length of time",
        f"写成 `{corrected}`" if corrected else "例如 `30 min`、`2 h`、`1 h 30 min`、`1 business day`",
        f"write `{corrected}`" if corrected else "for example `30 min`, `2 h`, `1 h 30 min`, `1 business day`",
    )  # fmt: skip


def _corrected_amount(text: str) -> str | None:
    guess = text.translate(str.maketrans("０１２３４５６７８９\u3000\xa0", "0123456789  ")).strip()
    guess = re.sub(
        "^半个?小时$", "30 min", re.sub("^[一二两三四五六七八九十](?=个?[小工钟分秒])", lambda one: str(_NUMERALS[one[0]]), guess)
    )
    guess = guess.replace("个小时", "小时").replace("个钟头", "小时")
    clock, half = re.fullmatch(r"(\d{1,2}):([0-5]\d)", guess), re.fullmatch(r"(\d{1,3})\.5 ?(?:h|小时|hours?)", guess)
    if clock or half:
        seconds = (
            int(half[1]) * 3600 + 1800
            if half
            else sum(int(part) * size for part, size in zip(clock.groups(), (3600, 60), strict=True))
            if clock
            else 0
        )
        return write_amount(Amount(seconds=seconds, written=text)) if seconds else None
    for chinese, unit in _CHINESE_UNITS:
        guess = guess.replace(chinese, f" {unit} ")
    guess = re.sub(r"(\d)([a-z])", r"\1 \2", guess.lower())
    guess = " ".join(_ENGLISH_UNITS.get(word, word) for word in guess.split())
    guess = re.sub(r"^((?!1 )\d+ business day)$", r"\1s", guess)
    if guess != text and (_DURATION.fullmatch(guess) or _BUSINESS.fullmatch(guess)):
        return guess
    return None


def write_amount(amount: Amount) -> str:
    """The one canonical way to write an amount: `60 min` and `1 h` are the same."""
    if amount.business_days:
        return f"{amount.business_days} business day{'' if amount.business_days == 1 else 's'}"
    hours, rest = divmod(amount.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if count]
    return " ".join(parts) or "0 min"


def read_seconds(text: str) -> int:
    """A length of time in seconds; business days make no sense here."""
    amount = read_amount(text)
    if amount.business_days:
        raise BadText(
            "这里不能写工作日", "business days make no sense here", "写小时或分钟,例如 `8 h`", "write hours or minutes, such as `8 h`"
        )
    return amount.seconds


def read_days(text: str) -> int:
    """`180 days`, `3 years` (of 365 days): how long something is kept. Days of the calendar, never business days."""
    found = _KEPT.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= KEPT_MAX:
        raise BadText(
            f"“{text}” 不是保留多久",
            f"“{text}” does not say how long to keep",
            "写成 `180 days` 或 `3 years`",
            "write `180 days` or `3 years`",
        )
    return int(found[1]) * (365 if found[2].startswith("year") else 1)


def read_time_of_day(text: str) -> time:
    """`09:30`."""
    match = _CLOCK.fullmatch(text)
    if not match or match[1] == "24":
        raise BadText(f"时刻 “{text}” 写法不对", f"“{text}” is not a time of day", _clock_fix(text)[0], _clock_fix(text)[1])
    return time(int(match[1]), int(match[2]))


def read_hours(text: str) -> tuple[tuple[int, int], ...]:
    """`08:30-17:00` -> seconds since midnight; overnight `17:00-08:30` ends beyond 86400; `none` is closed; several by comma."""
    if text == "none":
        return ()
    return tuple(sorted(_read_interval(part.strip(), text) for part in text.split(",")))


def _read_interval(part: str, whole: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(part)
    ends = [_CLOCK.fullmatch(end) for end in match.groups()] if match else []
    if len(ends) != 2 or not ends[0] or not ends[1]:
        raise BadText(f"时段 “{whole}” 写法不对", f"“{whole}” is not a span of hours", *_hours_fix(whole))
    start, end = (int(found[1]) * 3600 + int(found[2]) * 60 for found in ends if found)
    if start >= DAY_SECONDS or end > DAY_SECONDS:
        raise BadText(f"时段 “{whole}” 超出了一天", f"“{whole}” goes beyond the day", "最晚写 24:00", "24:00 is the latest")
    if start == end:
        raise BadText(
            f"时段 “{whole}” 是空的",
            f"“{whole}” is empty",
            "全天写 `00:00-24:00`,不开写 `none`",
            "the whole day is `00:00-24:00`, closed is `none`",
        )
    return start, end if end > start else end + DAY_SECONDS


def read_date(text: str) -> date:
    """`2026-11-26`."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            fix = ("查一查那个月有几天", "look up how many days that month has")
            raise BadText(f"没有 “{text}” 这一天", f"there is no day “{text}”", *fix) from None
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text, re.ASCII)
    plain = f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}" if parts else ""
    fix = (f"写成 `{plain}`", f"write `{plain}`") if plain and plain != text else ("例如 `2026-11-26`", "for example `2026-11-26`")
    raise BadText(f"日期 “{text}” 写法不对", f"“{text}” is not a date", *fix)


def read_month_day(text: str) -> tuple[int, int]:
    """`10-01` -> (10, 1): a date of every year."""
    match = _MONTH_DAY.fullmatch(text)
    if match and fits(read_date, f"2024-{text}"):
        return int(match[1]), int(match[2])
    raise BadText(f"“{text}” 不是月-日", f"“{text}” is not a month and day", "例如 `10-01`", "for example `10-01`")


def read_turn(text: str) -> tuple[int, Turn]:
    """`1 week`, `2 weeks`, `1 shift`."""
    match = _TURN.fullmatch(text)
    if not match or int(match[1]) == 0:
        raise BadText(
            f"“{text}” 不是轮换的间隔", f"“{text}” is not how often a rotation turns",
            "例如 `1 week`(每周换人)、`1 shift`(每班换人)", "for example `1 week` or `1 shift`",
        )  # fmt: skip
    return int(match[1]), Turn(match[2])


def read_date_time(text: str) -> datetime:
    """`2026-11-26 18:00`, naive: the zone is the rulebook's."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        raise BadText(
            f"日期时间 “{text}” 写法不对", f"“{text}” is not a date and time", "例如 `2026-11-26 18:00`", "for example `2026-11-26 18:00`"
        )
    return datetime.combine(read_date(match[1]), read_time_of_day(match[2]))


def read_yes_no(text: str) -> bool:
    """`yes` or `no`, one way."""
    if text not in ("yes", "no"):
        near = {
            "yes": "yes",
            "no": "no",
            "true": "yes",
            "on": "yes",
            "是": "yes",
            "y": "yes",
            "false": "no",
            "off": "no",
            "否": "no",
            "n": "no",
        }.get(text.lower())
        raise BadText(
            f"“{text}” 不是 yes 或 no",
            f"“{text}” is neither yes nor no",
            f"写成 `{near}`" if near else "写 yes 或 no",
            f"write `{near}`" if near else "write yes or no",
        )
    return text == "yes"


def read_whole(text: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise BadText(f"“{text}” 不是整数", f"“{text}” is not a whole number", "只写数字,不带单位", "digits only, no unit")
    return int(text)


def read_percent(text: str) -> int:
    """`80%`."""
    match = _PERCENT.fullmatch(text)
    if not match or not 0 < int(match[1]) <= 100:
        part = re.fullmatch(r"0\.(\d\d?)|(\d{1,2})[ ％]*", text, re.ASCII)
        plain = f"{int((part[1] or '').ljust(2, '0') if part[1] else part[2])}%" if part else ""
        fix = (f"写成 `{plain}`", f"write `{plain}`") if plain and plain != "0%" else ("例如 `80%`", "for example `80%`")
        raise BadText(f"百分比 “{text}” 写法不对", f"“{text}” is not a share", *fix)
    return int(match[1])


def read_cap(text: str) -> Cap:
    """`1 per day`, `20 per hour`, `1 per 10 min`."""
    match = _CAP.fullmatch(text)
    if not match or int(match[1]) == 0:
        raise BadText(
            f"次数上限 “{text}” 写法不对",
            f"“{text}” is not a cap",
            "例如 `1 per day`、`20 per hour`",
            "for example `1 per day`, `20 per hour`",
        )
    return Cap(int(match[1]), int(match[2] or 1) * _CAP_SECONDS[match[3]], text)


def read_yuan(text: str) -> Decimal:
    """`0.05 元`: at most four decimal places."""
    match = _YUAN.fullmatch(text)
    if not match:
        raise BadText(f"价钱 “{text}” 写法不对", f"“{text}” is not a price", "例如 `0.05 元`", "for example `0.05 元`")
    return Decimal(match[1])


def read_weekdays(text: str) -> tuple[int, ...]:
    """`mon-fri`, `sat`, `mon,wed` -> Monday is 0; sorted."""
    days: set[int] = set()
    for part in text.replace(" ", "").split(","):
        ends = part.split("-")
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            raise BadText(f"星期 “{text}” 写法不对", f"“{text}” are no weekdays", *_weekdays_fix(text))
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        days.update(range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)])
    return tuple(sorted(days))


def read_pattern(text: str) -> str:
    """A serial pattern: yyyy yy MM dd and exactly one run of # for the daily counter."""
    one_counter = len(re.findall(r"#+", text)) == 1
    whole_dates = all(re.fullmatch(r"(yyyy|yy|MM|dd)+", run) for run in re.findall(r"[yMd]+", text))
    if not one_counter or not whole_dates or not re.fullmatch(r"[\w#./-]{1,40}", text):
        zh, en = f"流水号格式 “{text}” 写法不对", f"“{text}” is not a serial pattern"
        raise BadText(
            zh,
            en,
            "日期写 yyyy、yy、MM、dd,再加一段 #,例如 `yyMMdd###`",
            "dates are yyyy, yy, MM, dd, and one run of #, such as `yyMMdd###`",
        )
    return text


def _weekdays_fix(text: str) -> tuple[str, str]:
    plain = re.sub("(?:周|星期|礼拜)?([一二三四五六日天])", lambda day: WEEKDAYS["一二三四五六日".index(day[1].replace("天", "日"))], text)
    plain = re.sub("[至到~～—–－]", "-", plain).replace("、", ",").replace("，", ",").strip().lower()
    if plain != text and fits(read_weekdays, plain) is not None:
        return f"写成 `{plain}`", f"write `{plain}`"
    return "例如 `mon-fri`、`sat`、`mon,wed`", "for example `mon-fri`, `sat`, `mon,wed`"


def _clock_fix(text: str) -> tuple[str, str]:
    spoken = re.fullmatch(r"(上午|早上|下午|晚上)(\d{1,2})[点时:：](半|\d\d?)?分?", text)
    seconds = re.fullmatch(r"(\d{1,2}:\d\d):\d\d", text)
    if spoken or seconds:
        late = 12 if spoken and spoken[1] in ("下午", "晚上") and int(spoken[2]) < 12 else 0
        minutes = {"半": "30"}.get(spoken[3] or "", (spoken[3] or "").rjust(2, "0")) if spoken else ""
        plain = f"{int(spoken[2]) + late:02}:{minutes}" if spoken else seconds[1] if seconds else ""
        if _CLOCK.fullmatch(plain):
            return f"写成 `{plain}`", f"write `{plain}`"
    plain = text.translate(str.maketrans("０１２３４５６７８９：", "0123456789:")).replace("点", ":").replace("时", ":").replace("分", "")
    plain = plain + "00" if plain.endswith(":") else plain
    if plain != text and _CLOCK.fullmatch(plain):
        return f"写成 `{plain}`", f"write `{plain}`"
    return "例如 `09:30`", "for example `09:30`"


def _hours_fix(text: str) -> tuple[str, str]:
    plain = text.translate(str.maketrans("０１２３４５６７８９：－—–~～至到", "0123456789:-------")).replace(" ", "")
    plain = re.sub(r"(?<![\d:])(\d{1,2})[点时]?(?=-|$)", r"\1:00", plain)
    if plain != text and _HOURS.fullmatch(plain):
        return f"写成 `{plain}`", f"write `{plain}`"
    return "例如 `08:30-17:00`,不开写 `none`", "for example `08:30-17:00`, closed is `none`"


def fits(read: Callable[[str], T], text: str) -> T | None:
    """The value, or None where the text has another form."""
    try:
        return read(text)
    except BadText:
        return None
