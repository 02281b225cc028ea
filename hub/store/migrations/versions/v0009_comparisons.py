"""A connection says when it was last held against its provider, and what that showed."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; a hub of the version before does not compare and leaves them as they are."""
    op.execute(
        "ALTER TABLE connections ADD COLUMN IF NOT EXISTS compared_at timestamptz, "
        "ADD COLUMN IF NOT EXISTS waiting integer NOT NULL DEFAULT 0, "
        "ADD COLUMN IF NOT EXISTS overlooked bigint NOT NULL DEFAULT 0"
    )
