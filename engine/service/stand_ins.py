"""Who stands in for whom? Names, phones and addresses of a real case replaced by invented ones, the same person always by the same."""

import re
from collections.abc import Iterable
from datetime import datetime

from engine.model.fieldtext import write_text
from engine.model.masks import mask_text
from engine.model.values import FieldType
from engine.model.workflow import Field
from engine.service.performance import example

NAMES = ("王一", "李二", "张三", "赵四", "陈五", "周六", "吴七", "郑八", "钱九", "孙十")
ADDRESS = ("addr", "address", "地址")
TELLING_CHARS = 2
"""A shorter value tells nothing of anybody, and stands in too many other words."""
_MASKED = re.compile(r"[\d*-]*\*{4,}[\d*-]*")


class StandIns:
    """Invented values, handed out in order; `at`: an instant for fields of time."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.given: dict[str, str] = {}
        """Real value -> who stands in for it."""

    def of(self, value: str, field: Field) -> str:
        """The stand-in of one personal or identifying value; blank stays blank."""
        if not value:
            return ""
        if value not in self.given:
            self.given[value] = self._invented(value, field)
        return self.given[value]

    def in_text(self, text: str) -> str:
        """A public text with every value known to be personal replaced, and any phone or identity number in it."""
        for real in sorted(self.given, key=len, reverse=True):
            if len(real) >= TELLING_CHARS:
                text = text.replace(real, self.given[real])
        return _MASKED.sub("13900000000", mask_text(text))

    def left_in(self, text: str) -> list[str]:
        """Real values that still stand in a text; there must be none."""
        invented = set(self.given.values())
        return [real for real in self.given if len(real) >= TELLING_CHARS and real in text and real not in invented]

    def _invented(self, value: str, field: Field) -> str:
        count = len(self.given) + 1
        size = int(field.max) if field.max is not None and field.type is FieldType.TEXT else None
        match field.type:
            case FieldType.PHONE:
                return self._free(f"139{number:08}" for number in range(count, 10_000))
            case FieldType.TEXT if field.private and any(word in f"{field.name} {field.label}".lower() for word in ADDRESS):
                return self._free((f"示例路{number}号")[:size] for number in range(count, 10_000))
            case FieldType.TEXT if field.private:
                return self._free((*(name[:size] for name in NAMES), *(f"客{number}"[:size] for number in range(count, 10_000))))
            case FieldType.TEXT:
                return self._free(f"SL{number:06}"[-size if size else None :] for number in range(count, 10_000))
            case FieldType.TIME | FieldType.DATE:
                return write_text(self.at if field.type is FieldType.TIME else self.at.date())
            case _:
                return example(field, self.at)

    def _free(self, offered: Iterable[str]) -> str:
        """The first that stands in for nobody yet and is nobody's real value."""
        taken = {*self.given, *self.given.values()}
        return next(one for one in offered if one not in taken)
