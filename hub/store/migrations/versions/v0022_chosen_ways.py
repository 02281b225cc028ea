"""A conversation knows by which way people have chosen to answer, beside where the client's request came from."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the column; a hub of the version before neither reads nor writes it."""
    op.execute("ALTER TABLE conversations ADD COLUMN IF NOT EXISTS chosen_thread_id bigint")
