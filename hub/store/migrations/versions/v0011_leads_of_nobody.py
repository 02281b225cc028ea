"""Open leads of nobody are found by how long they have stood, not by every conversation that nobody ever had.

Leads are a big table of a hub that runs meanwhile, so the index is made beside it. Made that way, an index that was
broken off stays there and is never used; such a one is dropped first.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the index; a hub of the version before does without it."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS leads_nobodys")
        op.execute(
            "CREATE INDEX CONCURRENTLY leads_nobodys ON leads (stage_at, id) "
            "WHERE state = 'open' AND responsible_id IS NULL"
        )
