"""Is the database of this version? Brings it there, all of it or nothing."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from adapters.sql.database import Database
from adapters.sql.postgres import compare_by_code_point
from engine.ports.store import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0011"
"""The newest step in `migrations/versions`; written here so that an up-to-date database needs no alembic to open."""


class NewerStore(StoreError):
    """The database was written by a newer waybill."""


def migrate(database: Database) -> None:
    """Make or upgrade the tables. Raises NewerStore, StoreUnavailable."""
    with database.read() as connection:
        if version(connection) == HEAD:
            return
    with database.write() as connection:
        if version(connection) != HEAD:
            upgrade(connection)


def version(connection: Connection) -> str | None:
    """The step the database stands at; None: empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection) -> None:
    """Run the missing steps in the caller's transaction."""
    from alembic import command  # Slow to import, and seldom needed.
    from alembic.util import CommandError

    try:
        command.upgrade(configuration(connection), "head")
    except CommandError as error:
        raise NewerStore(
            f"数据库由更新的版本写成，请升级 waybill（{error}） / the database was written by a newer waybill: {error}"
        ) from error
    if connection.dialect.name == "postgresql":
        compare_by_code_point(connection)


def configuration(connection: Connection) -> "Config":
    """Where the steps lie, without any file beside the package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if not connection.in_transaction():
        connection.begin()  # Alembic ends what it begins itself; the caller's transaction goes on.
    return config
