"""The first answers since an instant are found without every wait there ever was: a head asks for today's all day long.

Made beside a hub that runs; one that was broken off on the way stays there and is never used, so it is dropped first.
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the index; a hub of the version before does without it."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS waits_first_answers")
        op.execute(
            "CREATE INDEX CONCURRENTLY waits_first_answers ON waits (ended_at) "
            "WHERE kind = 'first_response' AND ended_at IS NOT NULL"
        )
