"""Clients and the people of the business, with their addresses."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, UniqueConstraint, text

from hub.store.schema.columns import at, flag, id_, list_, map_, metadata, ref, text_

companies = Table(
    "companies",
    metadata,
    id_(),
    text_("name", None),
    text_("inn"),
    list_("domains"),
    list_("phones"),
    ref("owner_id"),
    at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("companies_by_inn", "inn", unique=True, postgresql_where=text("inn <> ''")),
)

contacts = Table(
    "contacts",
    metadata,
    id_(),
    text_("name"),
    text_("language"),
    ref("company_id"),
    flag("is_provisional"),
    flag("is_anonymous"),
    flag("is_blocked"),
    ref("merged_into"),
    ref("crm_owner_id"),
    map_("fields"),
    list_("tags"),
    at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("contacts_by_company", "company_id", postgresql_where=text("company_id IS NOT NULL")),
)

identities = Table(
    "identities",
    metadata,
    id_(),
    ref("contact_id", required=True),
    text_("type", None),
    text_("scope"),
    text_("value", None),
    text_("original"),
    text_("level", None),
    flag("is_shared"),
    text_("evidence"),
    list_("claims"),
    at("created_at", required=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("type", "scope", "value"),
    Index("identities_by_contact", "contact_id"),
)

managers = Table(
    "managers",
    metadata,
    id_(),
    text_("key", None),
    text_("name", None),
    text_("role", "manager"),
    flag("is_active"),
    text_("language", "ru"),
    text_("presence", "schedule"),
    at("presence_until"),
    Column("tg_user_id", BigInteger),
    flag("is_reachable"),
    at("last_assigned_at"),
    at("created_at", required=True),
    at("left_at"),
    UniqueConstraint("key"),
    Index("managers_by_tg_user", "tg_user_id", unique=True, postgresql_where=text("tg_user_id IS NOT NULL")),
)

staff_identities = Table(
    "staff_identities",
    metadata,
    id_(),
    ref("manager_id", required=True),
    text_("type", None),
    text_("scope"),
    text_("value", None),
    UniqueConstraint("type", "scope", "value"),
)

invites = Table(
    "invites",
    metadata,
    id_(),
    text_("token_hash", None),
    ref("manager_id", required=True),
    at("expires_at", required=True),
    at("used_at"),
    UniqueConstraint("token_hash"),
)

connect_links = Table(
    "connect_links",
    metadata,
    id_(),
    text_("token_hash", None),
    ref("manager_id", required=True),
    text_("kind", None),
    at("expires_at", required=True),
    at("used_at"),
    UniqueConstraint("token_hash"),
)
