"""That an automation has acted for a cause is kept for ever, so that it never does so twice."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; no automation has acted before."""
    op.execute(
        "CREATE TABLE automation_firings (id bigint PRIMARY KEY, automation text NOT NULL, subject text NOT NULL, "
        "cause text NOT NULL, fired_at timestamptz NOT NULL)"
    )
    op.execute("CREATE UNIQUE INDEX automation_firings_once ON automation_firings (subject, cause, automation)")
