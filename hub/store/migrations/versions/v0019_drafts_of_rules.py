"""A change of the rules may wait for an administrator: who wants what, over which revision, and what became of it."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table; nobody has proposed anything before."""
    op.execute(
        "CREATE TABLE IF NOT EXISTS policy_drafts (id bigint PRIMARY KEY, wish jsonb NOT NULL DEFAULT '{}', "
        "base integer NOT NULL DEFAULT 0, comment text NOT NULL DEFAULT '', manager_id bigint, "
        "created_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'open', decided_by bigint, "
        "decided_at timestamptz)"
    )
    op.execute("CREATE INDEX IF NOT EXISTS policy_drafts_open ON policy_drafts (id) WHERE state = 'open'")
