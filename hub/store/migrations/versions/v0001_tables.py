"""The tables as they stand before the first release.

Follows `hub.store.schema` until v0.1.0 is tagged; from then on this revision is the text that
`python -m hub.store.migrations.declared` printed, and every later change has a revision of its own.
"""

from alembic import op

from hub.store.migrations.declared import declared_statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, with its indexes and settings."""
    for statement in declared_statements():
        op.get_bind().exec_driver_sql(statement)
