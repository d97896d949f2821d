"""How does alembic reach the database? Through the connection, and the transaction, it is handed."""

from alembic import context

from adapters.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # SQLite can take back a CREATE TABLE: a broken upgrade leaves nothing half done.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
