"""Alembic's environment: runs migrations on the connection that `warehouse.engine` hands over, in its transaction."""

from alembic import context

from warehouse.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
