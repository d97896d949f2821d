"""What does a word of a rule file mean? One table: hover texts, JSON Schemas and the reference are read from it, or checked against it."""

from collections.abc import Mapping

from pydantic import BaseModel

from engine.language.said import Said
from engine.language.vocabulary_customer import CUSTOMER_KEYS
from engine.language.vocabulary_inbound import INBOUND_KEYS
from engine.language.vocabulary_keeping import KEEPING_KEYS
from engine.language.vocabulary_outbound import OUTBOUND_KEYS
from engine.language.vocabulary_people import PEOPLE_KEYS
from engine.language.vocabulary_providers import PROVIDER_KEYS
from engine.language.vocabulary_reports import REPORTS_KEYS
from engine.language.vocabulary_rules import RULES_KEYS
from engine.language.vocabulary_workflow import WORKFLOW_KEYS
from engine.language.vocabulary_world import WORLD_KEYS

KEYS: Mapping[str, Mapping[str, Said]] = {
    **WORKFLOW_KEYS, **RULES_KEYS, **PEOPLE_KEYS, **PROVIDER_KEYS, **INBOUND_KEYS, **OUTBOUND_KEYS, **WORLD_KEYS, **KEEPING_KEYS, **CUSTOMER_KEYS,
    **REPORTS_KEYS,
}  # fmt: skip
"""Form -> key -> what it means; key "" is the block itself."""


def explained(form: type[BaseModel]) -> dict[str, Said]:
    """Key -> what it means, for one form; what it takes over from another form is explained there."""
    inherited = [KEYS[each.__name__] for each in reversed(form.__mro__) if each.__name__ in KEYS]
    return {key: said for keys in inherited for key, said in keys.items()}


COMPARISONS: Mapping[str, Said] = {
    "is_not": Said("不是(列表:都不是)", "is not; of a list: is none of them"),
    "more_than": Said("大于", "more than"),
    "at_least": Said("大于或等于", "at least"),
    "less_than": Said("小于", "less than"),
    "at_most": Said("小于或等于", "at most"),
    "before": Said("早于(不含这一刻)", "before, the instant excluded"),
    "from": Said("不早于(含这一刻)", "from, the instant included"),
    "contains": Said("含有这些字", "contains this text"),
    "starts_with": Said("以这些字开头", "starts with this text"),
    "blank": Said("`yes` 为空,`no` 不为空", "`yes`: is blank; `no`: is not"),
}
"""Comparison word -> what it asks."""

BESIDE_FIELDS: Mapping[str, Said] = {
    "state": Said("单在哪个状态", "the state the case is in"),
    "started_at_time": Said("开始计时的时刻(在 `except` 里)", "time of day at which the clock started (in `except`)"),
    "any_of": Said("任一成立", "at least one of the forms holds"),
    "none_of": Said("都不成立", "none of them holds"),
}
"""What a condition may ask beside the fields."""
