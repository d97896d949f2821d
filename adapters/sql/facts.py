"""What is the store made of? For the system page: kind, size, step of its tables, who works on it."""

from sqlalchemy import func, select

from adapters.sql.database import Database
from adapters.sql.lead import leader_of
from adapters.sql.migrate import version
from adapters.sql.ownership import OWNER
from adapters.sql.sqlite import file_of
from adapters.sql.tables import META


def store_facts(database: Database, url: str) -> dict[str, object]:
    """kind, size (in words), step, then `daemon` of a file or `leader` of a server, and `free` where the disk is ours. Raises StoreUnavailable."""
    with database.read() as connection:
        server = connection.dialect.name == "postgresql"
        facts: dict[str, object] = {"kind": "PostgreSQL" if server else "SQLite", "step": version(connection) or ""}
        if server:
            facts["size"] = in_words(connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
            facts["leader"] = leader_of(connection)
        else:
            facts["daemon"] = connection.scalar(select(META.c.value).where(META.c.key == OWNER)) or ""
    path = file_of(url)
    if path is not None:
        parts = [path, path.with_name(path.name + "-wal")]
        facts["size"] = in_words(sum(part.stat().st_size for part in parts if part.exists()))
        free = database.free_percent()
        if free is not None:
            facts["free"] = f"{free:.0f} %"
    return facts


def in_words(size: float) -> str:
    """Bytes as people say them."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"
