"""What goes out: deliveries, and what stands in managers' chats."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint, text

from hub.store.schema.columns import at, flag, id_, list_, map_, metadata, ref, text_

deliveries = Table(
    "deliveries",
    metadata,
    id_(),
    text_("lane", None),
    Column("order_hash", BigInteger, nullable=False),
    text_("key", None),
    text_("state", "queued"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    at("due_at", required=True),
    at("lease_until"),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    map_("payload"),
    ref("connection_id"),
    ref("conversation_id"),
    ref("message_id"),
    ref("manager_id"),
    Column("part", Integer, nullable=False, server_default=text("0")),
    list_("external_ids"),
    text_("reason"),
    at("created_at", required=True),
    at("first_attempt_at"),
    at("finished_at"),
    UniqueConstraint("key"),
    Index("deliveries_waiting", "lane", "due_at", postgresql_where=text("state IN ('queued', 'sending')")),
    Index(
        "deliveries_order",
        "lane",
        "order_hash",
        "created_at",
        "id",
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index("deliveries_by_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    Index("deliveries_wrong", "id", postgresql_where=text("state IN ('failed', 'unknown', 'parked')")),
)

shown = Table(
    "shown",
    metadata,
    text_("bot", None),
    Column("chat_id", BigInteger, nullable=False),
    Column("bot_message_id", BigInteger, nullable=False),
    at("sent_at", required=True),
    flag("is_lasting"),
    PrimaryKeyConstraint("bot", "chat_id", "bot_message_id"),
    Index("shown_by_time", "sent_at"),
)

links = Table(
    "links",
    metadata,
    text_("bot", None),
    Column("chat_id", BigInteger, nullable=False),
    Column("bot_message_id", BigInteger, nullable=False),
    ref("conversation_id", required=True),
    ref("message_id"),
    ref("manager_id", required=True),
    text_("purpose", None),
    at("created_at", required=True),
    PrimaryKeyConstraint("bot", "chat_id", "bot_message_id"),
    Index("links_by_conversation", "conversation_id", "manager_id", "purpose"),
    Index("links_by_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
)
