"""Clients are found by their company: its name by any part of it, then its contacts.

Both tables are in use meanwhile, so the indexes are made beside that work. Only contacts of a company are in the second
one: a new client without a company costs nothing.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

_INDEXES = {
    "companies_name_trgm": "companies USING gin (name gin_trgm_ops)",
    "contacts_by_company": "contacts (company_id) WHERE company_id IS NOT NULL",
}


def upgrade() -> None:
    """Make the indexes; a hub of the version before does without them."""
    with op.get_context().autocommit_block():
        for name, place in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {place}")
