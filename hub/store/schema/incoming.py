"""What comes in: connections, attempts, receipts."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from hub.store.schema.columns import at, flag, id_, map_, metadata, ref, text_

connections = Table(
    "connections",
    metadata,
    id_(),
    text_("kind", None),
    text_("name", None),
    text_("line"),
    Column("settings_encrypted", LargeBinary, nullable=False),
    text_("key_hash"),
    text_("old_key_hash"),
    Column("key_encrypted", LargeBinary),
    text_("state", "active"),
    text_("state_reason"),
    at("state_at"),
    map_("cursor"),
    at("last_success_at"),
    at("created_at", required=True),
    at("compared_at"),
    Column("waiting", Integer, nullable=False, server_default=text("0")),
    Column("overlooked", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("name"),
    Index("connections_by_key", "key_hash", unique=True, postgresql_where=text("key_hash <> ''")),
    Index("connections_by_old_key", "old_key_hash", postgresql_where=text("old_key_hash <> ''")),
)

accounts = Table(
    "accounts",
    metadata,
    ref("connection_id", required=True),
    text_("key", None),
    text_("owner", None),
    text_("name"),
    text_("state", None),
    at("changed_at", required=True),
    PrimaryKeyConstraint("connection_id", "key"),
)

attempts = Table(
    "attempts",
    metadata,
    id_(),
    ref("connection_id", required=True),
    at("at", required=True),
    text_("remote"),
    text_("verdict", None),
    text_("reason"),
    map_("shape"),
    Index("attempts_by_connection", "connection_id", text("at DESC")),
)

receipts = Table(
    "receipts",
    metadata,
    id_(),
    ref("connection_id", required=True),
    text_("external_id", None),
    Column("order_hash", BigInteger, nullable=False),
    text_("lane", "client"),
    text_("state", "new"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    at("lease_until"),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    at("received_at", required=True),
    flag("is_unkeyed"),
    flag("is_history"),
    text_("body_hash"),
    text_("reason"),
    at("finished_at"),
    UniqueConstraint("connection_id", "external_id"),
    Index("receipts_new", "lane", "received_at", "id", postgresql_where=text("state = 'new'")),
    Index("receipts_in_work", "order_hash", postgresql_where=text("state = 'claimed'")),
    Index("receipts_parked", "id", postgresql_where=text("state = 'parked'")),
    Index("receipts_unkeyed", "connection_id", "body_hash", "received_at", postgresql_where=text("is_unkeyed")),
)

receipt_bodies = Table(
    "receipt_bodies",
    metadata,
    ref("receipt_id", required=True),
    at("received_at", required=True),
    Column("body", LargeBinary),
    text_("file_sha256"),
    map_("head"),
    PrimaryKeyConstraint("receipt_id", "received_at"),
    postgresql_partition_by="RANGE (received_at)",
)
