"""What is a store without a disk? The same ports in plain dicts, for stories, replay and tests."""

from adapters.memory.store import MemoryStores, open_memory

__all__ = ["MemoryStores", "open_memory"]
