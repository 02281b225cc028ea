"""All tables of the hub, and every unique key that makes us idempotent.

Ids come from one sequence, `hub_ids`, in blocks (`hub.store.ids`). Instants are `timestamptz`. Lists and small documents are
`jsonb`, so that a whole batch can be written through `unnest`. `receipt_bodies`, `messages` and `ledger` are partitioned by
month (`hub.store.migrate.ensure_partitions`); what must be unique across months has a key table that is not partitioned.
There are no foreign keys on the hot tables: every write goes through `hub.store.worksets`, which checks versions, and the
crash suite checks what a foreign key would (measured: foreign keys cost a tenth of the pipeline).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

metadata = MetaData()

ids = Sequence("hub_ids", metadata=metadata, start=1000, increment=1000)
conversation_numbers = Sequence("conversation_numbers", metadata=metadata, start=1001)


def _id() -> Column[int]:
    return Column("id", BigInteger, primary_key=True, autoincrement=False)


def _ref(name: str, *, required: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=not required)


def _text(name: str, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=None if default is None else text(f"'{default}'"))


def _at(name: str, *, required: bool = False) -> Column[object]:
    return Column(name, TIMESTAMP(timezone=True), nullable=not required)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def _list(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'[]'"))


def _map(name: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'"))


# --- what comes in -----------------------------------------------------------------------------------------------

connections = Table(
    "connections",
    metadata,
    _id(),
    _text("kind", None),
    _text("name", None),
    _text("line"),
    Column("settings_encrypted", LargeBinary, nullable=False),
    _text("key_hash"),
    _text("old_key_hash"),
    Column("key_encrypted", LargeBinary),
    _text("state", "active"),
    _text("state_reason"),
    _at("state_at"),
    _map("cursor"),
    _at("last_success_at"),
    _at("created_at", required=True),
    UniqueConstraint("name"),
    Index("connections_by_key", "key_hash", unique=True, postgresql_where=text("key_hash <> ''")),
    Index("connections_by_old_key", "old_key_hash", postgresql_where=text("old_key_hash <> ''")),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _ref("connection_id", required=True),
    _at("at", required=True),
    _text("remote"),
    _text("verdict", None),
    _text("reason"),
    _map("shape"),
    Index("attempts_by_connection", "connection_id", text("at DESC")),
)

receipts = Table(
    "receipts",
    metadata,
    _id(),
    _ref("connection_id", required=True),
    _text("external_id", None),
    Column("order_hash", BigInteger, nullable=False),
    _text("lane", "client"),
    _text("state", "new"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    _at("lease_until"),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    _at("received_at", required=True),
    _flag("is_unkeyed"),
    _flag("is_history"),
    _text("body_hash"),
    _text("reason"),
    _at("finished_at"),
    UniqueConstraint("connection_id", "external_id"),
    Index("receipts_waiting", "lane", "received_at", "id", postgresql_where=text("state IN ('new', 'claimed')")),
    Index("receipts_in_work", "order_hash", postgresql_where=text("state = 'claimed'")),
    Index("receipts_parked", "id", postgresql_where=text("state = 'parked'")),
    Index("receipts_unkeyed", "connection_id", "body_hash", "received_at", postgresql_where=text("is_unkeyed")),
)

receipt_bodies = Table(
    "receipt_bodies",
    metadata,
    _ref("receipt_id", required=True),
    _at("received_at", required=True),
    Column("body", LargeBinary),
    _text("file_sha256"),
    _map("head"),
    PrimaryKeyConstraint("receipt_id", "received_at"),
    postgresql_partition_by="RANGE (received_at)",
)

# --- people ------------------------------------------------------------------------------------------------------

companies = Table(
    "companies",
    metadata,
    _id(),
    _text("name", None),
    _text("inn"),
    _list("domains"),
    _list("phones"),
    _ref("owner_id"),
    _at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("companies_by_inn", "inn", unique=True, postgresql_where=text("inn <> ''")),
)

contacts = Table(
    "contacts",
    metadata,
    _id(),
    _text("name"),
    _text("language"),
    _ref("company_id"),
    _flag("is_provisional"),
    _flag("is_anonymous"),
    _flag("is_blocked"),
    _ref("merged_into"),
    _ref("crm_owner_id"),
    _map("fields"),
    _list("tags"),
    _at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

identities = Table(
    "identities",
    metadata,
    _id(),
    _ref("contact_id", required=True),
    _text("type", None),
    _text("scope"),
    _text("value", None),
    _text("original"),
    _text("level", None),
    _flag("is_shared"),
    _text("evidence"),
    _list("claims"),
    _at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("type", "scope", "value"),
    Index("identities_by_contact", "contact_id"),
)

managers = Table(
    "managers",
    metadata,
    _id(),
    _text("key", None),
    _text("name", None),
    _text("role", "manager"),
    _flag("is_active"),
    _text("language", "ru"),
    _text("presence", "schedule"),
    _at("presence_until"),
    Column("tg_user_id", BigInteger),
    _flag("is_reachable"),
    _at("last_assigned_at"),
    _at("created_at", required=True),
    _at("left_at"),
    UniqueConstraint("key"),
    Index("managers_by_tg_user", "tg_user_id", unique=True, postgresql_where=text("tg_user_id IS NOT NULL")),
)

staff_identities = Table(
    "staff_identities",
    metadata,
    _id(),
    _ref("manager_id", required=True),
    _text("type", None),
    _text("scope"),
    _text("value", None),
    UniqueConstraint("type", "scope", "value"),
)

invites = Table(
    "invites",
    metadata,
    _id(),
    _text("token_hash", None),
    _ref("manager_id", required=True),
    _at("expires_at", required=True),
    _at("used_at"),
    UniqueConstraint("token_hash"),
)

# --- work --------------------------------------------------------------------------------------------------------

threads = Table(
    "threads",
    metadata,
    _id(),
    _ref("connection_id", required=True),
    _text("external_id", None),
    _ref("contact_id", required=True),
    _text("line", None),
    _text("title"),
    _text("address"),
    _text("reach", "open"),
    _at("last_inbound_at"),
    _at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("connection_id", "external_id"),
    Index("threads_by_contact", "contact_id"),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    Column("number", BigInteger, nullable=False, server_default=text("nextval('conversation_numbers')")),
    _ref("contact_id", required=True),
    _text("line", None),
    _text("state", "open"),
    _ref("assignee_id"),
    _ref("transfer_to"),
    _list("offered_to"),
    _ref("reply_thread_id"),
    _text("subject"),
    _text("source"),
    _at("opened_at", required=True),
    _at("closed_at"),
    _text("outcome"),
    _text("outcome_note"),
    _at("snoozed_until"),
    _at("last_message_at", required=True),
    _at("last_response_at"),
    _ref("last_responder_id"),
    _at("welcomed_at"),
    _at("out_of_hours_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("conversations_by_number", "number", unique=True),
    Index("conversations_one_open", "contact_id", "line", unique=True, postgresql_where=text("state = 'open'")),
    Index("conversations_latest", "contact_id", "line", text("id DESC")),
    Index("conversations_of_manager", "assignee_id", postgresql_where=text("state = 'open'")),
)

messages = Table(
    "messages",
    metadata,
    _ref("id", required=True),
    _ref("contact_id"),
    _ref("conversation_id"),
    _ref("thread_id"),
    _text("direction", None),
    _text("kind", None),
    _text("author", None),
    _ref("manager_id"),
    _ref("identity_id"),
    _text("external_id"),
    _ref("reply_to"),
    _text("group_key"),
    _text("subject"),
    _text("text"),
    _text("html"),
    Column("visible_length", Integer, nullable=False, server_default=text("-1")),
    _text("automatic"),
    _list("fields"),
    _list("attachments"),
    _at("occurred_at", required=True),
    _at("received_at", required=True),
    _at("edited_at"),
    _at("deleted_at"),
    PrimaryKeyConstraint("id", "received_at"),
    Index("messages_by_conversation", "conversation_id", "occurred_at"),
    Index("messages_by_contact", "contact_id", "occurred_at"),
    postgresql_partition_by="RANGE (received_at)",
)

message_keys = Table(
    "message_keys",
    metadata,
    _ref("connection_id", required=True),
    _text("thread", None),
    _text("external_id", None),
    _ref("message_id", required=True),
    _ref("thread_id"),
    _ref("conversation_id"),
    _ref("contact_id"),
    _text("direction", None),
    _at("received_at", required=True),
    PrimaryKeyConstraint("connection_id", "external_id", "thread"),
)

waits = Table(
    "waits",
    metadata,
    _id(),
    _ref("contact_id", required=True),
    _text("line", None),
    _ref("conversation_id", required=True),
    _text("kind", None),
    _text("state", "open"),
    _text("channel", None),
    _text("source"),
    _at("started_at", required=True),
    _at("deadline_at", required=True),
    Column("target_seconds", Integer, nullable=False),
    _text("policy_id", None),
    Column("policy_revision", Integer, nullable=False),
    _flag("has_no_open_time"),
    _flag("is_late_delivery"),
    _flag("is_counted"),
    _ref("request_message_id"),
    _count("requests"),
    _at("last_request_at"),
    _text("last_group"),
    _list("required_skills"),
    _list("preferred_skills"),
    _ref("assignee_id"),
    _ref("assignee_at_start"),
    _ref("assignee_at_deadline"),
    _list("declined"),
    _flag("needs_callback"),
    _at("callback_due_at"),
    _count("missed_calls"),
    _at("last_missed_at"),
    _count("call_attempts"),
    _at("ended_at"),
    _ref("responder_id"),
    _ref("response_message_id"),
    _text("response_channel"),
    _text("result_note"),
    _at("breached_at"),
    _ref("joined_into"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("waits_one_open", "contact_id", "line", unique=True, postgresql_where=text("state = 'open'")),
    Index("waits_by_conversation", "conversation_id"),
    Index("waits_by_response", "response_message_id", postgresql_where=text("response_message_id IS NOT NULL")),
    Index("waits_load", "assignee_id", "line", postgresql_where=text("state = 'open'")),
    Index("waits_queue", "line", "deadline_at", "started_at", postgresql_where=text("state = 'open'")),
)

ledger = Table(
    "ledger",
    metadata,
    _ref("id", required=True),
    _ref("wait_id"),
    _ref("conversation_id"),
    _ref("contact_id"),
    _text("line"),
    _text("kind", None),
    _at("occurred_at", required=True),
    _at("recorded_at", required=True),
    _text("actor", None),
    _ref("manager_id"),
    _text("cause"),
    _map("facts"),
    _count("wait_version"),
    PrimaryKeyConstraint("id", "recorded_at"),
    Index("ledger_by_wait", "wait_id"),
    Index("ledger_by_conversation", "conversation_id"),
    postgresql_partition_by="RANGE (recorded_at)",
)

timers = Table(
    "timers",
    metadata,
    _id(),
    _text("kind", None),
    _text("subject", None),
    _at("due_at", required=True),
    Column("epoch", Integer, nullable=False, server_default=text("1")),
    _text("state", "armed"),
    _map("facts"),
    _at("fired_at"),
    UniqueConstraint("kind", "subject"),
    Index("timers_due", "due_at", postgresql_where=text("state = 'armed'")),
    Index("timers_by_subject", "subject"),
)

routing_decisions = Table(
    "routing_decisions",
    metadata,
    _id(),
    _ref("wait_id"),
    _ref("conversation_id", required=True),
    _text("line", None),
    _ref("assignee_id"),
    _list("offered_to"),
    _text("step", None),
    _list("reasons"),
    Column("policy_revision", Integer, nullable=False),
    _at("decided_at", required=True),
    Index("routing_decisions_by_conversation", "conversation_id"),
)

routing_pointers = Table(
    "routing_pointers",
    metadata,
    Column("line", Text, primary_key=True),
    _ref("manager_id"),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

calls = Table(
    "calls",
    metadata,
    _id(),
    _ref("connection_id", required=True),
    _text("external_id", None),
    _text("state", None),
    _ref("contact_id"),
    _ref("conversation_id"),
    _ref("wait_id"),
    _ref("message_id"),
    _ref("manager_id"),
    _list("events"),
    _at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("connection_id", "external_id"),
    Index("calls_running", "manager_id", postgresql_where=text("state = 'talking' AND manager_id IS NOT NULL")),
)

leads = Table(
    "leads",
    metadata,
    _id(),
    _ref("contact_id", required=True),
    _text("line", None),
    _ref("wait_id"),
    _ref("conversation_id"),
    _text("stage", "new"),
    _text("state", "open"),
    _text("source"),
    _text("channel"),
    _map("origin"),
    _ref("first_message_id"),
    _ref("responsible_id"),
    _text("loss_reason"),
    _text("loss_note"),
    _text("amount"),
    _map("fields"),
    _list("tags"),
    _at("created_at", required=True),
    _at("stage_at", required=True),
    _at("closed_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("leads_by_contact", "contact_id", "line", text("created_at DESC")),
    Index(
        "leads_one_a_wait", "contact_id", "line", "wait_id", unique=True, postgresql_where=text("wait_id IS NOT NULL")
    ),
    Index("leads_open", "responsible_id", postgresql_where=text("state = 'open'")),
)

lead_stage_facts = Table(
    "lead_stage_facts",
    metadata,
    _id(),
    _ref("lead_id", required=True),
    _text("from_stage"),
    _text("to_stage", None),
    _text("cause", None),
    _ref("manager_id"),
    _at("occurred_at", required=True),
    _map("facts"),
    Index("lead_stage_facts_by_lead", "lead_id", "occurred_at"),
)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    _text("what", None),
    _ref("manager_id"),
    _ref("contact_id"),
    _ref("lead_id"),
    _ref("conversation_id"),
    _text("line"),
    _at("due_at", required=True),
    _text("cause", None),
    _text("state", "open"),
    _text("result"),
    _at("created_at", required=True),
    _at("done_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("tasks_open", "manager_id", "due_at", postgresql_where=text("state = 'open'")),
    Index("tasks_by_contact", "contact_id", postgresql_where=text("state = 'open'")),
)

automation_firings = Table(
    "automation_firings",
    metadata,
    _id(),
    _text("automation", None),
    _text("subject", None),
    _text("cause", None),
    _at("fired_at", required=True),
    Index("automation_firings_once", "subject", "cause", "automation", unique=True),
)

match_candidates = Table(
    "match_candidates",
    metadata,
    _id(),
    _ref("contact_id", required=True),
    _list("candidates"),
    _list("reasons"),
    _text("state", "open"),
    _at("created_at", required=True),
    _ref("decided_by"),
    _at("decided_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("match_candidates_by_contact", "contact_id"),
    Index("match_candidates_one_open", "contact_id", unique=True, postgresql_where=text("state = 'open'")),
)

merges = Table(
    "merges",
    metadata,
    _id(),
    _ref("kept_id", required=True),
    _ref("absorbed_id", required=True),
    _map("map"),
    _ref("manager_id"),
    _at("merged_at", required=True),
    _at("undone_at"),
    Index("merges_by_pair", "kept_id", "absorbed_id", "merged_at"),
)

# --- what goes out -----------------------------------------------------------------------------------------------

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _text("lane", None),
    Column("order_hash", BigInteger, nullable=False),
    _text("key", None),
    _text("state", "queued"),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    _at("due_at", required=True),
    _at("lease_until"),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    _map("payload"),
    _ref("connection_id"),
    _ref("conversation_id"),
    _ref("message_id"),
    _ref("manager_id"),
    Column("part", Integer, nullable=False, server_default=text("0")),
    _list("external_ids"),
    _text("reason"),
    _at("created_at", required=True),
    _at("first_attempt_at"),
    _at("finished_at"),
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

links = Table(
    "links",
    metadata,
    _text("bot", None),
    Column("chat_id", BigInteger, nullable=False),
    Column("bot_message_id", BigInteger, nullable=False),
    _ref("conversation_id", required=True),
    _ref("message_id"),
    _ref("manager_id", required=True),
    _text("purpose", None),
    _at("created_at", required=True),
    PrimaryKeyConstraint("bot", "chat_id", "bot_message_id"),
    Index("links_by_conversation", "conversation_id", "manager_id", "purpose"),
    Index("links_by_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
)

# --- rules, files, records -----------------------------------------------------------------------------------------

policy_revisions = Table(
    "policy_revisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("document", None),
    _ref("manager_id"),
    _text("comment"),
    _at("applied_at", required=True),
)

files = Table(
    "files",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    _at("created_at", required=True),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _ref("manager_id"),
    _text("action", None),
    _text("subject", None),
    _map("facts"),
    _at("occurred_at", required=True),
    Index("audit_by_manager", "manager_id", "occurred_at"),
)

crm_links = Table(
    "crm_links",
    metadata,
    _id(),
    _ref("contact_id", required=True),
    _text("crm", None),
    _text("external_id", None),
    _at("created_at", required=True),
    UniqueConstraint("crm", "external_id"),
    Index("crm_links_by_contact", "contact_id"),
)

screens = Table(
    "screens",
    metadata,
    Column("chat_id", BigInteger, nullable=False),
    _text("bot", None),
    _text("name", None),
    _map("facts"),
    _at("expires_at"),
    PrimaryKeyConstraint("bot", "chat_id", "name"),
)

# --- who is at work --------------------------------------------------------------------------------------------------

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", Text, primary_key=True),
    _list("roles"),
    _text("version", None),
    _at("started_at", required=True),
    _at("last_seen_at", required=True),
    _map("figures"),
)

EXTRA_DDL: tuple[str, ...] = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS contacts_name_trgm ON contacts USING gin (name gin_trgm_ops)",
    "CREATE INDEX IF NOT EXISTS identities_value_trgm ON identities USING gin (value gin_trgm_ops)",
    "ALTER TABLE receipts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)",
    "ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)",
    "ALTER TABLE waits SET (fillfactor = 80)",
    "ALTER TABLE conversations SET (fillfactor = 80)",
    "ALTER TABLE timers SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)",
)
