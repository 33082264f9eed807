"""Alembic's entry point. The program hands over a connection; there is no offline mode and no ini file."""

from alembic import context

from bball_tui.database.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
