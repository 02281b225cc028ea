"""What hangs on the work: calls, leads, tasks, automations, questions, merges."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint, text

from hub.store.schema.columns import at, id_, list_, map_, metadata, ref, text_

calls = Table(
    "calls",
    metadata,
    id_(),
    ref("connection_id", required=True),
    text_("external_id", None),
    text_("state", None),
    ref("contact_id"),
    ref("conversation_id"),
    ref("wait_id"),
    ref("message_id"),
    ref("manager_id"),
    list_("events"),
    at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("connection_id", "external_id"),
    Index("calls_running", "manager_id", postgresql_where=text("state = 'talking' AND manager_id IS NOT NULL")),
)

leads = Table(
    "leads",
    metadata,
    id_(),
    ref("contact_id", required=True),
    text_("line", None),
    ref("wait_id"),
    ref("conversation_id"),
    text_("stage", "new"),
    text_("state", "open"),
    text_("source"),
    text_("channel"),
    map_("origin"),
    ref("first_message_id"),
    ref("responsible_id"),
    text_("loss_reason"),
    text_("loss_note"),
    text_("amount"),
    map_("fields"),
    list_("tags"),
    at("created_at", required=True),
    at("stage_at", required=True),
    at("closed_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("leads_by_contact", "contact_id", "line", text("created_at DESC")),
    Index(
        "leads_one_a_wait", "contact_id", "line", "wait_id", unique=True, postgresql_where=text("wait_id IS NOT NULL")
    ),
    Index("leads_open", "responsible_id", postgresql_where=text("state = 'open'")),
    Index("leads_open_by_conversation", "conversation_id", postgresql_where=text("state = 'open'")),
    Index(
        "leads_nobodys",
        "stage_at",
        "id",
        postgresql_where=text("state = 'open' AND responsible_id IS NULL"),
    ),
    Index("leads_standing", "stage_at", "id", postgresql_where=text("state = 'open'")),
)

lead_stage_facts = Table(
    "lead_stage_facts",
    metadata,
    id_(),
    ref("lead_id", required=True),
    text_("from_stage"),
    text_("to_stage", None),
    text_("cause", None),
    ref("manager_id"),
    at("occurred_at", required=True),
    map_("facts"),
    Index("lead_stage_facts_by_lead", "lead_id", "occurred_at"),
)

tasks = Table(
    "tasks",
    metadata,
    id_(),
    text_("what", None),
    ref("manager_id"),
    ref("contact_id"),
    ref("lead_id"),
    ref("conversation_id"),
    text_("line"),
    at("due_at", required=True),
    text_("cause", None),
    text_("state", "open"),
    text_("result"),
    at("created_at", required=True),
    at("done_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("tasks_open", "manager_id", "due_at", postgresql_where=text("state = 'open'")),
    Index("tasks_by_contact", "contact_id", postgresql_where=text("state = 'open'")),
)

automation_firings = Table(
    "automation_firings",
    metadata,
    id_(),
    text_("automation", None),
    text_("subject", None),
    text_("cause", None),
    at("fired_at", required=True),
    Index("automation_firings_once", "subject", "cause", "automation", unique=True),
)

match_candidates = Table(
    "match_candidates",
    metadata,
    id_(),
    ref("contact_id", required=True),
    list_("candidates"),
    list_("reasons"),
    text_("state", "open"),
    at("created_at", required=True),
    ref("decided_by"),
    at("decided_at"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("match_candidates_by_contact", "contact_id"),
    Index("match_candidates_one_open", "contact_id", unique=True, postgresql_where=text("state = 'open'")),
)

merges = Table(
    "merges",
    metadata,
    id_(),
    ref("kept_id", required=True),
    ref("absorbed_id", required=True),
    map_("map"),
    ref("manager_id"),
    at("merged_at", required=True),
    at("undone_at"),
    Index("merges_by_pair", "kept_id", "absorbed_id", "merged_at"),
)
