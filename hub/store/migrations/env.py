"""What alembic runs to apply revisions: on the connection that `hub.store.migrate` opened, a transaction a revision.

Source: https://alembic.sqlalchemy.org/en/latest/cookbook.html#sharing-a-connection (read 2026-11-22).
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
