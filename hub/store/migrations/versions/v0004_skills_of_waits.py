"""What a routing rule asks of a person stays with the wait, for every later choice too (R-4)."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the two lists; open waits of before go on without, as they did."""
    op.execute("ALTER TABLE waits ADD COLUMN required_skills jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE waits ADD COLUMN preferred_skills jsonb NOT NULL DEFAULT '[]'")
