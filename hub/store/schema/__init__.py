"""All tables of the hub, and every unique key that makes us idempotent.

Ids come from one sequence, `hub_ids`, in blocks (`hub.store.ids`). Instants are `timestamptz`. Lists and small documents are
`jsonb`, so that a whole batch can be written through `unnest`. `receipt_bodies`, `messages` and `ledger` are partitioned by
month (`hub.store.migrate.ensure_partitions`); what must be unique across months has a key table that is not partitioned.
There are no foreign keys on the hot tables: every write goes through `hub.store.worksets`, which checks versions, and the
crash suite checks what a foreign key would (measured: foreign keys cost a tenth of the pipeline).
"""

from hub.store.schema import cases, crm, imports, incoming, outgoing, people, records, work
from hub.store.schema.columns import metadata

__all__ = ["EXTRA_DDL", "cases", "crm", "imports", "incoming", "metadata", "outgoing", "people", "records", "work"]

EXTRA_DDL: tuple[str, ...] = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS contacts_name_trgm ON contacts USING gin (name gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS companies_name_trgm ON companies USING gin (name gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS identities_value_trgm ON identities USING gin (value gin_trgm_ops)",
    "ALTER TABLE receipts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)",
    "ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)",
    "ALTER TABLE waits SET (fillfactor = 80)",
    "ALTER TABLE conversations SET (fillfactor = 80)",
    "ALTER TABLE timers SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)",
)
