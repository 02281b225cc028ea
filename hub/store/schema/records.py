"""Rules, files, records, and which processes are at work."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from hub.store.schema.columns import at, count, id_, list_, map_, metadata, ref, text_

policy_revisions = Table(
    "policy_revisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    text_("document", None),
    ref("manager_id"),
    text_("comment"),
    at("applied_at", required=True),
)

policy_drafts = Table(
    "policy_drafts",
    metadata,
    id_(),
    map_("wish"),
    count("base"),
    text_("comment"),
    ref("manager_id"),
    at("created_at", required=True),
    text_("state", "open"),
    ref("decided_by"),
    at("decided_at"),
    Index("policy_drafts_open", "id", postgresql_where=text("state = 'open'")),
)

files = Table(
    "files",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    at("created_at", required=True),
)

audit = Table(
    "audit",
    metadata,
    id_(),
    ref("manager_id"),
    text_("action", None),
    text_("subject", None),
    map_("facts"),
    at("occurred_at", required=True),
    Index("audit_by_manager", "manager_id", "occurred_at"),
)

screens = Table(
    "screens",
    metadata,
    Column("chat_id", BigInteger, nullable=False),
    text_("bot", None),
    text_("name", None),
    map_("facts"),
    at("expires_at"),
    PrimaryKeyConstraint("bot", "chat_id", "name"),
)


heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", Text, primary_key=True),
    list_("roles"),
    text_("version", None),
    at("started_at", required=True),
    at("last_seen_at", required=True),
    map_("figures"),
)
