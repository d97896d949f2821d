"""How is a word of the rule language explained, in both languages? And what is said alike of many keys."""

from typing import NamedTuple


class Said(NamedTuple):
    """One meaning in both languages; what is code stands between backticks."""

    zh: str
    en: str
    default: str = ""
    """What counts as written where the key is left out; empty: nothing, or what the sentence says."""

    def of(self, lang: str) -> str:
        """The sentence in `zh` or `en`, with the default."""
        if lang == "en":
            return self.en + (f". Default: `{self.default}`" if self.default else "")
        return self.zh + (f"。默认 `{self.default}`" if self.default else "")


LABEL = Said("给人看的名称", "the name people read")
WAS = Said("改名之前的旧名:身份不变,在途的单照旧", "its old name: it keeps its identity through a rename")
MODE = Said("`live` 生效;`shadow` 试行:只判断和记录,什么也不发", "`live`, or `shadow`: evaluated and recorded, nothing is sent", "live")
URGENT = Said("`yes`:不受刹车和内部人员上限限制", "`yes`: never held by the storm brake, nor beyond the cap of staff", "no")
FROM_VALID = Said("从哪一天起有效,含当天", "the first day on which it holds")
TO_VALID = Said("到哪一天为止有效,含当天", "the last day on which it holds")
DATE = Said("日期,如 `2026-11-26`", "a date, as `2026-11-26`")
UNTIL = Said("到哪一天为止,含当天;不写就只有一天", "the last day, included; without it one day only")
COPIES = Said("字段: 值;`{字段}` 表示照抄本单的字段", "field: value; `{field}` copies a field of this case")
TAKE = Said("取查到的那一行的哪一列", "the column to take from the row found")
THEIR_PATH = Said("路径,用点分开,如 `data.items.0.code`", "a path with dots, as `data.items.0.code`")
