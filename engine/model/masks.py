"""How may a personal value be shown? Masked: enough to recognise it, never enough to use it (logistics.md 9, R24)."""

import re

from engine.model.erased import is_erased
from engine.model.values import FieldType

_COMPOUND_SURNAMES = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|令狐|百里|东郭|南门|呼延"
)
_MOBILE = re.compile(r"(?:\+86|0086|86)?[\s-]*(1[3-9]\d)[\s-]*(\d{4})[\s-]*(\d{2})(\d{2})", re.ASCII)
_LANDLINE = re.compile(r"\(?(0\d{2,3})\)?[\s-]*(\d{7,8})", re.ASCII)
_MOBILE_IN_TEXT = re.compile(r"(?<![\d.])(?:\+?86[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?\d{2}(\d{2})(?!\d)", re.ASCII)
_LANDLINE_IN_TEXT = re.compile(r"(?<!\d)\(?(0\d{2,3})\)?[ -]\d{5,6}(\d{2})(?!\d)", re.ASCII)
_IDENTITY_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])", re.ASCII
)
_DISTRICT = re.compile(r"^.{1,30}?(?:(?<![小社园校厂库])区|县|旗)|^.{1,20}?市")
_NAME_WORDS = ("name", "contact", "person", "姓名", "联系人", "发货人", "收货人", "签收人")
_ADDRESS_WORDS = ("addr", "address", "地址")
_PHONE_WORDS = ("phone", "mobile", "tel", "电话", "手机")


def mask_name(value: str) -> str:
    """`王小明` -> `王*`, `欧阳锋` -> `欧阳*`, `John Smith` -> `J*`; blank stays blank."""
    text = value.strip()
    if not text:
        return ""
    if len(text) > 2 and _COMPOUND_SURNAMES.match(text):
        return text[:2] + "*"
    return text[0] + "*"


def mask_phone(value: str) -> str:
    """`13812345612` -> `138******12`, `0755-12345621` -> `0755-******21`; any other keeps its last two digits at most."""
    text = value.strip()
    if mobile := _MOBILE.fullmatch(text):
        return f"{mobile[1]}******{mobile[4]}"
    if landline := _LANDLINE.fullmatch(text):
        return f"{landline[1]}-{'*' * (len(landline[2]) - 2)}{landline[2][-2:]}"
    if len(text) >= 8:
        return "*" * (len(text) - 2) + text[-2:]
    return "*" * len(text)


def mask_address(value: str) -> str:
    """Cut after the district: `广东省深圳市南山区科技园1栋2单元` -> `广东省深圳市南山区***`; without a district, the first six characters."""
    text = value.strip()
    if not text:
        return ""
    district = _DISTRICT.match(text)
    if district and district.end() < len(text):
        return district[0] + "***"
    return text[: min(6, len(text) // 2)] + "***"


def mask_text(value: str) -> str:
    """Free text with every mainland phone number and identity number in it masked; the rest as it is."""
    text = _IDENTITY_IN_TEXT.sub("****", value)
    text = _MOBILE_IN_TEXT.sub(r"\1******\2", text)
    return _LANDLINE_IN_TEXT.sub(r"\1-******\2", text)


def mask_by_field(name: str, value: str, type: FieldType | None = None) -> str:
    """A private field's value, masked by its declared type, else by what its name says, else all but the first character."""
    if is_erased(value):
        return value
    lowered = name.lower()
    if type is FieldType.PHONE or any(word in lowered for word in _PHONE_WORDS):
        return mask_phone(value)
    if any(word in lowered for word in _ADDRESS_WORDS):
        return mask_address(value)
    if any(word in lowered for word in _NAME_WORDS):
        return mask_name(value)
    return value[:1] + "***" if value else ""
