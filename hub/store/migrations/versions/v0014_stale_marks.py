"""A record that changed in a CRM stays marked until it was read and compared; marks that come meanwhile are told apart."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the count; a hub of the version before does without it, and takes marks away as it did."""
    op.execute("ALTER TABLE crm_items ADD COLUMN IF NOT EXISTS stale_marks integer NOT NULL DEFAULT 0")
