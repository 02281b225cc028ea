"""Every process says that it is alive, and what it has done since it started."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; a process of the version before says nothing and is not missed."""
    op.execute(
        "CREATE TABLE heartbeats (process text PRIMARY KEY, roles jsonb NOT NULL DEFAULT '[]', version text NOT NULL, "
        "started_at timestamptz NOT NULL, last_seen_at timestamptz NOT NULL, figures jsonb NOT NULL DEFAULT '{}')"
    )
