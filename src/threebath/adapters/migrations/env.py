"""Alembic's door: it runs this file to learn how to reach the database."""

from alembic import context

from threebath.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
