"""?"""

from engine.language.lessons.lesson import Entry

ENTRIES: dict[str, Entry] = {}
