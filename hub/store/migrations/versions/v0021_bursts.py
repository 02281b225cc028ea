"""Many messages of one client within a minute are told as one: each thread counts what it heard in the present minute."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the columns; a hub of the version before leaves them as they are."""
    op.execute("ALTER TABLE threads ADD COLUMN IF NOT EXISTS burst integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE threads ADD COLUMN IF NOT EXISTS burst_at timestamptz")
