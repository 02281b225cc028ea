"""CRMs: an account of each, and what of ours is which record there.

`crm_items` is the memory of the synchronisation: one row for each thing of ours that was written to an account, made
before the first call with the `key` that every attempt carries. `base` are the values both sides agreed on last.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, text

from hub.store.schema.columns import at, count, flag, map_, metadata, ref, text_

crm_accounts = Table(
    "crm_accounts",
    metadata,
    Column("connection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tokens_encrypted", LargeBinary),
    at("tokens_expire_at"),
    map_("cursor"),
    at("compared_at"),
    count("drift"),
    map_("described"),
    at("described_at"),
    at("blocked_until"),
    text_("blocked_reason"),
)

crm_items = Table(
    "crm_items",
    metadata,
    Column("connection_id", BigInteger, nullable=False),
    text_("entity", None),
    Column("hub_id", BigInteger, nullable=False),
    ref("contact_id", required=True),
    text_("key", None),
    text_("ref"),
    text_("url"),
    text_("state", None),
    text_("reason"),
    text_("mark"),
    text_("rev"),
    map_("base"),
    map_("guard"),
    flag("is_stale"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    at("tried_at"),
    at("changed_at", required=True),
    count("stale_marks"),
    PrimaryKeyConstraint("connection_id", "entity", "hub_id"),
    Index("crm_items_by_contact", "contact_id", "connection_id"),
    Index("crm_items_cards", "contact_id", "connection_id", postgresql_where=text("entity <> 'entry'")),
    Index("crm_items_by_ref", "connection_id", "ref", postgresql_where=text("ref <> ''")),
    Index(
        "crm_items_wrong",
        "connection_id",
        "state",
        postgresql_where=text("state IN ('trying', 'unsure', 'refused')"),
    ),
)
