"""Where are cases kept for good? SQLAlchemy Core over SQLite or PostgreSQL."""

from adapters.sql.migrate import NewerStore
from adapters.sql.ownership import AlreadyRunning, Ownership, acquire_ownership
from adapters.sql.sqlite import CorruptStore
from adapters.sql.stores import SqlStores, open_stores

__all__ = ["AlreadyRunning", "CorruptStore", "NewerStore", "Ownership", "SqlStores", "acquire_ownership", "open_stores"]
