"""What the manager bot has put into chats is kept where the rules want it taken away again before 48 hours."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the table; what was sent before is not known and stays."""
    op.execute(
        "CREATE TABLE IF NOT EXISTS shown (bot text NOT NULL, chat_id bigint NOT NULL, bot_message_id bigint NOT NULL, "
        "sent_at timestamptz NOT NULL, is_lasting boolean NOT NULL DEFAULT false, "
        "PRIMARY KEY (bot, chat_id, bot_message_id))"
    )
    op.execute("CREATE INDEX IF NOT EXISTS shown_by_time ON shown (sent_at)")
