"""The tables as they stand before the first release."""

from alembic import op

from hub.store import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, the indexes and settings SQLAlchemy has no words for, and the default partitions."""
    schema.metadata.create_all(op.get_bind())
    for statement in schema.EXTRA_DDL:
        op.execute(statement)
