"""Open leads are found by who has the client, and by how long they have stood.

Conversations and leads are big tables of a hub that runs meanwhile, so the indexes are made beside it. Made that way, an
index that was broken off stays there and is never used; such a one is dropped first.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_INDEXES = {
    "leads_open_by_conversation": "leads (conversation_id) WHERE state = 'open'",
    "leads_standing": "leads (stage_at, id) WHERE state = 'open'",
    "conversations_by_assignee": "conversations (assignee_id, id)",
}


def upgrade() -> None:
    """Make the indexes; a hub of the version before does without them."""
    with op.get_context().autocommit_block():
        for name, place in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {place}")
