"""What alembic runs to apply revisions: on the connection that `hub.store.migrate` opened, a transaction a revision.

Source: https://alembic.sqlalchemy.org/en/latest/cookbook.html#sharing-a-connection and, for the hook, which runs after a
revision and before its commit, https://alembic.sqlalchemy.org/en/latest/api/runtime.html (read 2026-11-22).
"""

from alembic import context

from hub.crash import crash_point


def reach(ctx: object, step: object, heads: object, run_args: object) -> None:
    """Pass the place to die between a revision and its commit, which is also behind the commit of the one before."""
    del ctx, step, heads, run_args
    crash_point("migrate.revision_made")


context.configure(
    connection=context.config.attributes["connection"], transaction_per_migration=True, on_version_apply=reach
)
with context.begin_transaction():
    context.run_migrations()
