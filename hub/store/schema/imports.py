"""Imports of contacts and leads: batches, and what became of each row."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, text

from hub.store.schema.columns import at, id_, list_, map_, metadata, ref, text_

import_batches = Table(
    "import_batches",
    metadata,
    id_(),
    text_("file_name", None),
    text_("sha256", None),
    list_("headers"),
    list_("columns"),
    text_("line", None),
    Column("makes_leads", Boolean, nullable=False, server_default=text("false")),
    Column("rows", Integer, nullable=False, server_default=text("0")),
    ref("manager_id", required=True),
    at("created_at", required=True),
    text_("state", "running"),
    at("finished_at"),
    at("undone_at"),
    Index("import_batches_one_a_file", "sha256", unique=True, postgresql_where=text("state <> 'undone'")),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("batch_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    text_("verdict", None),
    text_("reason"),
    list_("remarks"),
    ref("contact_id"),
    ref("lead_id"),
    ref("company_id"),
    list_("made"),
    list_("identities"),
    map_("filled"),
    map_("lead_filled"),
    list_("cells"),
    text_("undo"),
    PrimaryKeyConstraint("batch_id", "number"),
    Index("import_rows_by_contact", "batch_id", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
)
