"""Which other cards have named an address: shared addresses are noticed, numbers can change hands (M-7, M-8)."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the list; nobody has been counted before."""
    op.execute("ALTER TABLE identities ADD COLUMN claims jsonb NOT NULL DEFAULT '[]'")
