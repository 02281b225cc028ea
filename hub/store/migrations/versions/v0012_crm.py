"""The memory of the synchronisation with CRMs, in place of a table of links that nothing ever wrote to."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables; a hub of the version before knows no CRM and leaves them alone."""
    op.execute("DROP TABLE IF EXISTS crm_links")
    op.execute(
        "CREATE TABLE IF NOT EXISTS crm_accounts (connection_id bigint PRIMARY KEY, tokens_encrypted bytea, tokens_expire_at timestamptz, "
        "cursor jsonb NOT NULL DEFAULT '{}', compared_at timestamptz, drift integer NOT NULL DEFAULT 0, "
        "described jsonb NOT NULL DEFAULT '{}', described_at timestamptz, "
        "blocked_until timestamptz, blocked_reason text NOT NULL DEFAULT '')"
    )
    op.execute(
        "CREATE TABLE IF NOT EXISTS crm_items (connection_id bigint NOT NULL, entity text NOT NULL, hub_id bigint NOT NULL, "
        "contact_id bigint NOT NULL, key text NOT NULL, ref text NOT NULL DEFAULT '', url text NOT NULL DEFAULT '', "
        "state text NOT NULL, reason text NOT NULL DEFAULT '', mark text NOT NULL DEFAULT '', "
        "rev text NOT NULL DEFAULT '', base jsonb NOT NULL DEFAULT '{}', guard jsonb NOT NULL DEFAULT '{}', is_stale boolean NOT NULL DEFAULT false, "
        "attempt integer NOT NULL DEFAULT 0, tried_at timestamptz, changed_at timestamptz NOT NULL, "
        "PRIMARY KEY (connection_id, entity, hub_id))"
    )
    op.execute("CREATE INDEX IF NOT EXISTS crm_items_by_contact ON crm_items (contact_id, connection_id)")
    op.execute("CREATE INDEX IF NOT EXISTS crm_items_by_ref ON crm_items (connection_id, ref) WHERE ref <> ''")
    op.execute(
        "CREATE INDEX IF NOT EXISTS crm_items_wrong ON crm_items (connection_id, state) "
        "WHERE state IN ('trying', 'unsure', 'refused')"
    )
