"""Leads that are worked with: words beside a reason of loss, the line of a task, and tasks found by client."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns and the indexes; nobody has made tasks before."""
    op.execute("ALTER TABLE leads ADD COLUMN loss_note text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE tasks ADD COLUMN line text NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX tasks_by_contact ON tasks (contact_id) WHERE state = 'open'")
    op.execute("CREATE INDEX leads_open ON leads (responsible_id) WHERE state = 'open'")
