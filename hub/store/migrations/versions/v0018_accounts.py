"""Personal accounts of our people that a connection may answer for (Telegram Business): whose, and what is allowed."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the table; a hub of the version before answers for no accounts."""
    op.execute(
        "CREATE TABLE IF NOT EXISTS accounts (connection_id bigint NOT NULL, key text NOT NULL, owner text NOT NULL, "
        "name text NOT NULL DEFAULT '', state text NOT NULL, changed_at timestamptz NOT NULL, "
        "PRIMARY KEY (connection_id, key))"
    )
