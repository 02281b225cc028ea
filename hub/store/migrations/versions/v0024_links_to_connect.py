"""An administrator connects something in a browser by a link that is used once: whose, what for, until when."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the table; no link was made before."""
    op.execute(
        "CREATE TABLE IF NOT EXISTS connect_links (id bigint PRIMARY KEY, token_hash text NOT NULL, "
        "manager_id bigint NOT NULL, kind text NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz, "
        "UNIQUE (token_hash))"
    )
