"""The priority that a routing rule gave a request stays with its wait, for every later choice of targets (D-1, D-7)."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; open waits of before go on with the priority of the policy that was chosen by it, if any."""
    op.execute("ALTER TABLE waits ADD COLUMN IF NOT EXISTS priority text NOT NULL DEFAULT ''")
