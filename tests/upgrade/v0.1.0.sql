--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempts (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    remote text DEFAULT ''::text NOT NULL,
    verdict text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    shape jsonb DEFAULT '{}'::jsonb NOT NULL
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    manager_id bigint,
    action text NOT NULL,
    subject text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL
);


--
-- Name: calls; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calls (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    external_id text NOT NULL,
    state text NOT NULL,
    contact_id bigint,
    conversation_id bigint,
    wait_id bigint,
    message_id bigint,
    manager_id bigint,
    events jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: companies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.companies (
    id bigint NOT NULL,
    name text NOT NULL,
    inn text DEFAULT ''::text NOT NULL,
    domains jsonb DEFAULT '[]'::jsonb NOT NULL,
    phones jsonb DEFAULT '[]'::jsonb NOT NULL,
    owner_id bigint,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: connections; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.connections (
    id bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    line text DEFAULT ''::text NOT NULL,
    settings_encrypted bytea NOT NULL,
    key_hash text DEFAULT ''::text NOT NULL,
    old_key_hash text DEFAULT ''::text NOT NULL,
    key_encrypted bytea,
    state text DEFAULT 'active'::text NOT NULL,
    state_reason text DEFAULT ''::text NOT NULL,
    state_at timestamp with time zone,
    cursor jsonb DEFAULT '{}'::jsonb NOT NULL,
    last_success_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: contacts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.contacts (
    id bigint NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    language text DEFAULT ''::text NOT NULL,
    company_id bigint,
    is_provisional boolean DEFAULT false NOT NULL,
    is_anonymous boolean DEFAULT false NOT NULL,
    is_blocked boolean DEFAULT false NOT NULL,
    merged_into bigint,
    crm_owner_id bigint,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    tags jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: conversation_numbers; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.conversation_numbers
    START WITH 1001
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: conversations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.conversations (
    id bigint NOT NULL,
    number bigint DEFAULT nextval('public.conversation_numbers'::regclass) NOT NULL,
    contact_id bigint NOT NULL,
    line text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    assignee_id bigint,
    transfer_to bigint,
    offered_to jsonb DEFAULT '[]'::jsonb NOT NULL,
    reply_thread_id bigint,
    subject text DEFAULT ''::text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    outcome text DEFAULT ''::text NOT NULL,
    outcome_note text DEFAULT ''::text NOT NULL,
    snoozed_until timestamp with time zone,
    last_message_at timestamp with time zone NOT NULL,
    last_response_at timestamp with time zone,
    last_responder_id bigint,
    welcomed_at timestamp with time zone,
    out_of_hours_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
)
WITH (fillfactor='80');


--
-- Name: crm_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.crm_links (
    id bigint NOT NULL,
    contact_id bigint NOT NULL,
    crm text NOT NULL,
    external_id text NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries (
    id bigint NOT NULL,
    lane text NOT NULL,
    order_hash bigint NOT NULL,
    key text NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    token bigint DEFAULT 0 NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    connection_id bigint,
    conversation_id bigint,
    message_id bigint,
    manager_id bigint,
    part integer DEFAULT 0 NOT NULL,
    external_ids jsonb DEFAULT '[]'::jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    first_attempt_at timestamp with time zone,
    finished_at timestamp with time zone
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');


--
-- Name: files; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.files (
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: hub_ids; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.hub_ids
    START WITH 1000
    INCREMENT BY 1000
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: identities; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.identities (
    id bigint NOT NULL,
    contact_id bigint NOT NULL,
    type text NOT NULL,
    scope text DEFAULT ''::text NOT NULL,
    value text NOT NULL,
    original text DEFAULT ''::text NOT NULL,
    level text NOT NULL,
    is_shared boolean DEFAULT false NOT NULL,
    evidence text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: invites; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invites (
    id bigint NOT NULL,
    token_hash text NOT NULL,
    manager_id bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);


--
-- Name: lead_stage_facts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lead_stage_facts (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    from_stage text DEFAULT ''::text NOT NULL,
    to_stage text NOT NULL,
    cause text NOT NULL,
    manager_id bigint,
    occurred_at timestamp with time zone NOT NULL
);


--
-- Name: leads; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.leads (
    id bigint NOT NULL,
    contact_id bigint NOT NULL,
    line text NOT NULL,
    wait_id bigint,
    conversation_id bigint,
    stage text DEFAULT 'new'::text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    channel text DEFAULT ''::text NOT NULL,
    origin jsonb DEFAULT '{}'::jsonb NOT NULL,
    first_message_id bigint,
    responsible_id bigint,
    loss_reason text DEFAULT ''::text NOT NULL,
    amount text DEFAULT ''::text NOT NULL,
    fields jsonb DEFAULT '{}'::jsonb NOT NULL,
    tags jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    stage_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: ledger; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger (
    id bigint NOT NULL,
    wait_id bigint,
    conversation_id bigint,
    contact_id bigint,
    line text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    manager_id bigint,
    cause text DEFAULT ''::text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL
)
PARTITION BY RANGE (recorded_at);


--
-- Name: ledger_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_default (
    id bigint CONSTRAINT ledger_id_not_null NOT NULL,
    wait_id bigint,
    conversation_id bigint,
    contact_id bigint,
    line text DEFAULT ''::text CONSTRAINT ledger_line_not_null NOT NULL,
    kind text CONSTRAINT ledger_kind_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT ledger_occurred_at_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT ledger_recorded_at_not_null NOT NULL,
    actor text CONSTRAINT ledger_actor_not_null NOT NULL,
    manager_id bigint,
    cause text DEFAULT ''::text CONSTRAINT ledger_cause_not_null NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb CONSTRAINT ledger_facts_not_null NOT NULL
);


--
-- Name: ledger_y2026m11; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_y2026m11 (
    id bigint CONSTRAINT ledger_id_not_null NOT NULL,
    wait_id bigint,
    conversation_id bigint,
    contact_id bigint,
    line text DEFAULT ''::text CONSTRAINT ledger_line_not_null NOT NULL,
    kind text CONSTRAINT ledger_kind_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT ledger_occurred_at_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT ledger_recorded_at_not_null NOT NULL,
    actor text CONSTRAINT ledger_actor_not_null NOT NULL,
    manager_id bigint,
    cause text DEFAULT ''::text CONSTRAINT ledger_cause_not_null NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb CONSTRAINT ledger_facts_not_null NOT NULL
);


--
-- Name: ledger_y2026m12; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_y2026m12 (
    id bigint CONSTRAINT ledger_id_not_null NOT NULL,
    wait_id bigint,
    conversation_id bigint,
    contact_id bigint,
    line text DEFAULT ''::text CONSTRAINT ledger_line_not_null NOT NULL,
    kind text CONSTRAINT ledger_kind_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT ledger_occurred_at_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT ledger_recorded_at_not_null NOT NULL,
    actor text CONSTRAINT ledger_actor_not_null NOT NULL,
    manager_id bigint,
    cause text DEFAULT ''::text CONSTRAINT ledger_cause_not_null NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb CONSTRAINT ledger_facts_not_null NOT NULL
);


--
-- Name: ledger_y2027m01; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_y2027m01 (
    id bigint CONSTRAINT ledger_id_not_null NOT NULL,
    wait_id bigint,
    conversation_id bigint,
    contact_id bigint,
    line text DEFAULT ''::text CONSTRAINT ledger_line_not_null NOT NULL,
    kind text CONSTRAINT ledger_kind_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT ledger_occurred_at_not_null NOT NULL,
    recorded_at timestamp with time zone CONSTRAINT ledger_recorded_at_not_null NOT NULL,
    actor text CONSTRAINT ledger_actor_not_null NOT NULL,
    manager_id bigint,
    cause text DEFAULT ''::text CONSTRAINT ledger_cause_not_null NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb CONSTRAINT ledger_facts_not_null NOT NULL
);


--
-- Name: links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.links (
    bot text NOT NULL,
    chat_id bigint NOT NULL,
    bot_message_id bigint NOT NULL,
    conversation_id bigint NOT NULL,
    message_id bigint,
    manager_id bigint NOT NULL,
    purpose text NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: managers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.managers (
    id bigint NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    role text DEFAULT 'manager'::text NOT NULL,
    is_active boolean DEFAULT false NOT NULL,
    language text DEFAULT 'ru'::text NOT NULL,
    presence text DEFAULT 'schedule'::text NOT NULL,
    presence_until timestamp with time zone,
    tg_user_id bigint,
    is_reachable boolean DEFAULT false NOT NULL,
    last_assigned_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone
);


--
-- Name: match_candidates; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.match_candidates (
    id bigint NOT NULL,
    contact_id bigint NOT NULL,
    candidates jsonb DEFAULT '[]'::jsonb NOT NULL,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    decided_by bigint,
    decided_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: merges; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.merges (
    id bigint NOT NULL,
    kept_id bigint NOT NULL,
    absorbed_id bigint NOT NULL,
    map jsonb DEFAULT '{}'::jsonb NOT NULL,
    manager_id bigint,
    merged_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone
);


--
-- Name: message_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.message_keys (
    connection_id bigint NOT NULL,
    thread text NOT NULL,
    external_id text NOT NULL,
    message_id bigint NOT NULL,
    thread_id bigint,
    conversation_id bigint,
    contact_id bigint,
    direction text NOT NULL,
    received_at timestamp with time zone NOT NULL
);


--
-- Name: messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages (
    id bigint NOT NULL,
    contact_id bigint,
    conversation_id bigint,
    thread_id bigint,
    direction text NOT NULL,
    kind text NOT NULL,
    author text NOT NULL,
    manager_id bigint,
    identity_id bigint,
    external_id text DEFAULT ''::text NOT NULL,
    reply_to bigint,
    group_key text DEFAULT ''::text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    html text DEFAULT ''::text NOT NULL,
    visible_length integer DEFAULT '-1'::integer NOT NULL,
    automatic text DEFAULT ''::text NOT NULL,
    fields jsonb DEFAULT '[]'::jsonb NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone
)
PARTITION BY RANGE (received_at);


--
-- Name: messages_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages_default (
    id bigint CONSTRAINT messages_id_not_null NOT NULL,
    contact_id bigint,
    conversation_id bigint,
    thread_id bigint,
    direction text CONSTRAINT messages_direction_not_null NOT NULL,
    kind text CONSTRAINT messages_kind_not_null NOT NULL,
    author text CONSTRAINT messages_author_not_null NOT NULL,
    manager_id bigint,
    identity_id bigint,
    external_id text DEFAULT ''::text CONSTRAINT messages_external_id_not_null NOT NULL,
    reply_to bigint,
    group_key text DEFAULT ''::text CONSTRAINT messages_group_key_not_null NOT NULL,
    subject text DEFAULT ''::text CONSTRAINT messages_subject_not_null NOT NULL,
    text text DEFAULT ''::text CONSTRAINT messages_text_not_null NOT NULL,
    html text DEFAULT ''::text CONSTRAINT messages_html_not_null NOT NULL,
    visible_length integer DEFAULT '-1'::integer CONSTRAINT messages_visible_length_not_null NOT NULL,
    automatic text DEFAULT ''::text CONSTRAINT messages_automatic_not_null NOT NULL,
    fields jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_fields_not_null NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_attachments_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT messages_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT messages_received_at_not_null NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone
);


--
-- Name: messages_y2026m11; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages_y2026m11 (
    id bigint CONSTRAINT messages_id_not_null NOT NULL,
    contact_id bigint,
    conversation_id bigint,
    thread_id bigint,
    direction text CONSTRAINT messages_direction_not_null NOT NULL,
    kind text CONSTRAINT messages_kind_not_null NOT NULL,
    author text CONSTRAINT messages_author_not_null NOT NULL,
    manager_id bigint,
    identity_id bigint,
    external_id text DEFAULT ''::text CONSTRAINT messages_external_id_not_null NOT NULL,
    reply_to bigint,
    group_key text DEFAULT ''::text CONSTRAINT messages_group_key_not_null NOT NULL,
    subject text DEFAULT ''::text CONSTRAINT messages_subject_not_null NOT NULL,
    text text DEFAULT ''::text CONSTRAINT messages_text_not_null NOT NULL,
    html text DEFAULT ''::text CONSTRAINT messages_html_not_null NOT NULL,
    visible_length integer DEFAULT '-1'::integer CONSTRAINT messages_visible_length_not_null NOT NULL,
    automatic text DEFAULT ''::text CONSTRAINT messages_automatic_not_null NOT NULL,
    fields jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_fields_not_null NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_attachments_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT messages_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT messages_received_at_not_null NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone
);


--
-- Name: messages_y2026m12; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages_y2026m12 (
    id bigint CONSTRAINT messages_id_not_null NOT NULL,
    contact_id bigint,
    conversation_id bigint,
    thread_id bigint,
    direction text CONSTRAINT messages_direction_not_null NOT NULL,
    kind text CONSTRAINT messages_kind_not_null NOT NULL,
    author text CONSTRAINT messages_author_not_null NOT NULL,
    manager_id bigint,
    identity_id bigint,
    external_id text DEFAULT ''::text CONSTRAINT messages_external_id_not_null NOT NULL,
    reply_to bigint,
    group_key text DEFAULT ''::text CONSTRAINT messages_group_key_not_null NOT NULL,
    subject text DEFAULT ''::text CONSTRAINT messages_subject_not_null NOT NULL,
    text text DEFAULT ''::text CONSTRAINT messages_text_not_null NOT NULL,
    html text DEFAULT ''::text CONSTRAINT messages_html_not_null NOT NULL,
    visible_length integer DEFAULT '-1'::integer CONSTRAINT messages_visible_length_not_null NOT NULL,
    automatic text DEFAULT ''::text CONSTRAINT messages_automatic_not_null NOT NULL,
    fields jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_fields_not_null NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_attachments_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT messages_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT messages_received_at_not_null NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone
);


--
-- Name: messages_y2027m01; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages_y2027m01 (
    id bigint CONSTRAINT messages_id_not_null NOT NULL,
    contact_id bigint,
    conversation_id bigint,
    thread_id bigint,
    direction text CONSTRAINT messages_direction_not_null NOT NULL,
    kind text CONSTRAINT messages_kind_not_null NOT NULL,
    author text CONSTRAINT messages_author_not_null NOT NULL,
    manager_id bigint,
    identity_id bigint,
    external_id text DEFAULT ''::text CONSTRAINT messages_external_id_not_null NOT NULL,
    reply_to bigint,
    group_key text DEFAULT ''::text CONSTRAINT messages_group_key_not_null NOT NULL,
    subject text DEFAULT ''::text CONSTRAINT messages_subject_not_null NOT NULL,
    text text DEFAULT ''::text CONSTRAINT messages_text_not_null NOT NULL,
    html text DEFAULT ''::text CONSTRAINT messages_html_not_null NOT NULL,
    visible_length integer DEFAULT '-1'::integer CONSTRAINT messages_visible_length_not_null NOT NULL,
    automatic text DEFAULT ''::text CONSTRAINT messages_automatic_not_null NOT NULL,
    fields jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_fields_not_null NOT NULL,
    attachments jsonb DEFAULT '[]'::jsonb CONSTRAINT messages_attachments_not_null NOT NULL,
    occurred_at timestamp with time zone CONSTRAINT messages_occurred_at_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT messages_received_at_not_null NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone
);


--
-- Name: policy_revisions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.policy_revisions (
    number integer NOT NULL,
    document text NOT NULL,
    manager_id bigint,
    comment text DEFAULT ''::text NOT NULL,
    applied_at timestamp with time zone NOT NULL
);


--
-- Name: receipt_bodies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.receipt_bodies (
    receipt_id bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    body bytea,
    file_sha256 text DEFAULT ''::text NOT NULL,
    head jsonb DEFAULT '{}'::jsonb NOT NULL
)
PARTITION BY RANGE (received_at);


--
-- Name: receipt_bodies_default; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.receipt_bodies_default (
    receipt_id bigint CONSTRAINT receipt_bodies_receipt_id_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT receipt_bodies_received_at_not_null NOT NULL,
    body bytea,
    file_sha256 text DEFAULT ''::text CONSTRAINT receipt_bodies_file_sha256_not_null NOT NULL,
    head jsonb DEFAULT '{}'::jsonb CONSTRAINT receipt_bodies_head_not_null NOT NULL
);


--
-- Name: receipt_bodies_y2026m11; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.receipt_bodies_y2026m11 (
    receipt_id bigint CONSTRAINT receipt_bodies_receipt_id_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT receipt_bodies_received_at_not_null NOT NULL,
    body bytea,
    file_sha256 text DEFAULT ''::text CONSTRAINT receipt_bodies_file_sha256_not_null NOT NULL,
    head jsonb DEFAULT '{}'::jsonb CONSTRAINT receipt_bodies_head_not_null NOT NULL
);


--
-- Name: receipt_bodies_y2026m12; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.receipt_bodies_y2026m12 (
    receipt_id bigint CONSTRAINT receipt_bodies_receipt_id_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT receipt_bodies_received_at_not_null NOT NULL,
    body bytea,
    file_sha256 text DEFAULT ''::text CONSTRAINT receipt_bodies_file_sha256_not_null NOT NULL,
    head jsonb DEFAULT '{}'::jsonb CONSTRAINT receipt_bodies_head_not_null NOT NULL
);


--
-- Name: receipt_bodies_y2027m01; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.receipt_bodies_y2027m01 (
    receipt_id bigint CONSTRAINT receipt_bodies_receipt_id_not_null NOT NULL,
    received_at timestamp with time zone CONSTRAINT receipt_bodies_received_at_not_null NOT NULL,
    body bytea,
    file_sha256 text DEFAULT ''::text CONSTRAINT receipt_bodies_file_sha256_not_null NOT NULL,
    head jsonb DEFAULT '{}'::jsonb CONSTRAINT receipt_bodies_head_not_null NOT NULL
);


--
-- Name: receipts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.receipts (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    external_id text NOT NULL,
    order_hash bigint NOT NULL,
    lane text DEFAULT 'client'::text NOT NULL,
    state text DEFAULT 'new'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    lease_until timestamp with time zone,
    token bigint DEFAULT 0 NOT NULL,
    received_at timestamp with time zone NOT NULL,
    is_unkeyed boolean DEFAULT false NOT NULL,
    is_history boolean DEFAULT false NOT NULL,
    body_hash text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    finished_at timestamp with time zone
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');


--
-- Name: routing_decisions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.routing_decisions (
    id bigint NOT NULL,
    wait_id bigint,
    conversation_id bigint NOT NULL,
    line text NOT NULL,
    assignee_id bigint,
    offered_to jsonb DEFAULT '[]'::jsonb NOT NULL,
    step text NOT NULL,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    policy_revision integer NOT NULL,
    decided_at timestamp with time zone NOT NULL
);


--
-- Name: routing_pointers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.routing_pointers (
    line text NOT NULL,
    manager_id bigint,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: screens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.screens (
    chat_id bigint NOT NULL,
    bot text NOT NULL,
    name text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    expires_at timestamp with time zone
);


--
-- Name: staff_identities; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.staff_identities (
    id bigint NOT NULL,
    manager_id bigint NOT NULL,
    type text NOT NULL,
    scope text DEFAULT ''::text NOT NULL,
    value text NOT NULL
);


--
-- Name: tasks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tasks (
    id bigint NOT NULL,
    what text NOT NULL,
    manager_id bigint,
    contact_id bigint,
    lead_id bigint,
    conversation_id bigint,
    due_at timestamp with time zone NOT NULL,
    cause text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    result text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: threads; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.threads (
    id bigint NOT NULL,
    connection_id bigint NOT NULL,
    external_id text NOT NULL,
    contact_id bigint NOT NULL,
    line text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    reach text DEFAULT 'open'::text NOT NULL,
    last_inbound_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL
);


--
-- Name: timers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.timers (
    id bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    state text DEFAULT 'armed'::text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    fired_at timestamp with time zone
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02');


--
-- Name: waits; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.waits (
    id bigint NOT NULL,
    contact_id bigint NOT NULL,
    line text NOT NULL,
    conversation_id bigint NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    channel text NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone NOT NULL,
    target_seconds integer NOT NULL,
    policy_id text NOT NULL,
    policy_revision integer NOT NULL,
    has_no_open_time boolean DEFAULT false NOT NULL,
    is_late_delivery boolean DEFAULT false NOT NULL,
    is_counted boolean DEFAULT false NOT NULL,
    request_message_id bigint,
    requests integer DEFAULT 0 NOT NULL,
    last_request_at timestamp with time zone,
    last_group text DEFAULT ''::text NOT NULL,
    assignee_id bigint,
    assignee_at_start bigint,
    assignee_at_deadline bigint,
    declined jsonb DEFAULT '[]'::jsonb NOT NULL,
    needs_callback boolean DEFAULT false NOT NULL,
    callback_due_at timestamp with time zone,
    missed_calls integer DEFAULT 0 NOT NULL,
    last_missed_at timestamp with time zone,
    call_attempts integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    responder_id bigint,
    response_message_id bigint,
    response_channel text DEFAULT ''::text NOT NULL,
    result_note text DEFAULT ''::text NOT NULL,
    breached_at timestamp with time zone,
    joined_into bigint,
    version integer DEFAULT 1 NOT NULL
)
WITH (fillfactor='80');


--
-- Name: ledger_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger ATTACH PARTITION public.ledger_default DEFAULT;


--
-- Name: ledger_y2026m11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger ATTACH PARTITION public.ledger_y2026m11 FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');


--
-- Name: ledger_y2026m12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger ATTACH PARTITION public.ledger_y2026m12 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');


--
-- Name: ledger_y2027m01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger ATTACH PARTITION public.ledger_y2027m01 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');


--
-- Name: messages_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages ATTACH PARTITION public.messages_default DEFAULT;


--
-- Name: messages_y2026m11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages ATTACH PARTITION public.messages_y2026m11 FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');


--
-- Name: messages_y2026m12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages ATTACH PARTITION public.messages_y2026m12 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');


--
-- Name: messages_y2027m01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages ATTACH PARTITION public.messages_y2027m01 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');


--
-- Name: receipt_bodies_default; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies ATTACH PARTITION public.receipt_bodies_default DEFAULT;


--
-- Name: receipt_bodies_y2026m11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies ATTACH PARTITION public.receipt_bodies_y2026m11 FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00');


--
-- Name: receipt_bodies_y2026m12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies ATTACH PARTITION public.receipt_bodies_y2026m12 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');


--
-- Name: receipt_bodies_y2027m01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies ATTACH PARTITION public.receipt_bodies_y2027m01 FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2027-02-01 00:00:00+00');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0001');


--
-- Data for Name: attempts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.attempts VALUES
	(22000, 4000, '2026-11-23 07:24:06.067553+00', '127.0.0.1', 'accepted', '', '{"fields": ["name", "phone", "email", "text"], "method": "POST", "reason": "accepted", "status": 200, "headers": ["host", "origin", "content-type", "idempotency-key", "accept", "accept-encoding", "user-agent", "content-length"], "size_bytes": 172}'),
	(35000, 4000, '2026-11-23 07:24:06.490802+00', '127.0.0.1', 'accepted', '', '{"fields": ["name", "phone", "email", "text"], "method": "POST", "reason": "accepted", "status": 200, "headers": ["host", "origin", "content-type", "idempotency-key", "accept", "accept-encoding", "user-agent", "content-length"], "size_bytes": 191}'),
	(35001, 5000, '2026-11-23 07:24:06.551694+00', '127.0.0.1', 'accepted', '', '{"fields": ["vpbx_api_key", "sign", "json"], "method": "POST", "reason": "accepted", "status": 200, "headers": ["host", "content-type", "accept", "accept-encoding", "user-agent", "content-length"], "size_bytes": 439}');


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: calls; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.calls VALUES
	(29000, 5000, 'sandbox-1795418646-1', 'missed', 33000, 33003, NULL, 33004, 6000, '[{"leg": "sandbox-1795418646-1-menu", "call": "sandbox-1795418646-1", "talk": null, "stage": "ringing", "client": "+79855550142", "origin": {"marks": {}, "source": ""}, "reason": "", "command": "", "direction": "inbound", "extension": "", "is_missed": null, "recording": "", "external_id": "sandbox-1795418646-1-menu:Appeared:1", "line_number": "+74951234567", "occurred_at": "2026-11-23T07:24:06+00:00", "client_original": "79855550142"}, {"leg": "sandbox-1795418646-1-101", "call": "sandbox-1795418646-1", "talk": null, "stage": "ringing", "client": "+79855550142", "origin": {"marks": {}, "source": ""}, "reason": "", "command": "", "direction": "inbound", "extension": "101", "is_missed": null, "recording": "", "external_id": "sandbox-1795418646-1-101:Appeared:1", "line_number": "+74951234567", "occurred_at": "2026-11-23T07:24:06+00:00", "client_original": "79855550142"}, {"leg": "sandbox-1795418646-1-101", "call": "sandbox-1795418646-1", "talk": null, "stage": "ended", "client": "+79855550142", "origin": {"marks": {}, "source": ""}, "reason": "", "command": "", "direction": "inbound", "extension": "101", "is_missed": null, "recording": "", "external_id": "sandbox-1795418646-1-101:Disconnected:3", "line_number": "+74951234567", "occurred_at": "2026-11-23T07:24:16+00:00", "client_original": "79855550142"}, {"leg": "", "call": "sandbox-1795418646-1", "talk": null, "stage": "ringing", "client": "+79855550142", "origin": {"marks": {}, "source": ""}, "reason": "", "command": "", "direction": "inbound", "extension": "", "is_missed": null, "recording": "", "external_id": "sandbox-1795418646-1:summary:ringing", "line_number": "+74951234567", "occurred_at": "2026-11-23T07:24:06+00:00", "client_original": "79855550142"}, {"leg": "", "call": "sandbox-1795418646-1", "talk": 0.0, "stage": "ended", "client": "+79855550142", "origin": {"marks": {}, "source": ""}, "reason": "", "command": "", "direction": "inbound", "extension": "101", "is_missed": true, "recording": "", "external_id": "sandbox-1795418646-1:summary:ended", "line_number": "+74951234567", "occurred_at": "2026-11-23T07:24:16+00:00", "client_original": "79855550142"}]', '2026-11-23 07:24:06.551694+00', 2);


--
-- Data for Name: companies; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: connections; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.connections VALUES
	(4000, 'webform', 'Заявка с сайта', '', '\x6741414141414272416b33365f67324f484d646b58676f7265587951365a6442454a7179786c38696656544a654d4f5f65476e61446f614461597775516f434c584f2d4733696251786a575170657a4b64533670504b58325459307a7379686147562d746f5a4265745a322d463267626662764d734c394166787154335577514c30376d36706d434742314a6f314d314d7836376e7252516b53547739664330653371793857434535483948336f4b4f49474168306f32582d59714c63386c705f447070304a72456f304a756e2d7a324d6b75674671636857793536476b73364c376e687a43476358764e456d785a70544869645a4935417937387237474e70767977347277424930447954644f5f4b5a506f7467554f75733168756633333357665931304e445f4b314b344d6964456534707533394a5a3144636856707969327462465f356930384176706974397359792d725573346e67316379624b6444475070343935644d577369484e737572586939774357766a5f4f37796f573173796c796b72375f35544576336d35736d505034534a696a726b666733542d51774e7a495f444d69615a4a69515a4a53434c7673474944576264317730315878634f63664336684c5839774c363973544868566c6a43704c6a49424d622d3865776c65565661522d3559435f4b38434a53714e7832304f4e4b6e2d366f7171664647644450624b5644304c57526d33767148714d427973536a756850485435657a695159466342774a4d5641377a62374e2d39627a5a6c4a6e36677668696853726a686753526265652d6e72736e5453726f695a646b7764415735697157684147505a7a7869716d6b697868303767767739504b38456868595543694b6c7a514f437141324e64447a6734615942615730756f797155535237385468674b4d765065726e65644b68457164733374447978644a32616562637332304c57587a717139785730534a484664484b652d2d3245583572734767793157337434454d51577a32696e534c76774246467479676c567143325963715a6d31496451526e376d3273694f386e702d335a5a6a5633566f5f384566417668504e6c7130366a59416d5064473478467a6647445070576164484765767839447351595a6537476a5a43755f54315633527679526c6175583637674c31465f34523764523941624e71726642414a7530736d59356d554a386568315077596f6c644d2d5232334f6b3848676949333464486249315838436a6d534876484d79345f5f6c4e71497656726841485765777936564357566b6f6972685876654e4867466855436d5a447048415f386167707767477646726c62735733615568363365557841747159306d7365617a776968523131624e474e2d4634716c52424e34734f467247517a554f3444497a77385346616135593272582d56764c6147744f566e5a6577584e7672366668614875766b7068375962696935666d4c39365530373073717350774867532d496a7076534a543761524f6b6638545f745f665547627468574b6473765261387a4a34617378645f634f613978396636337476394247643149637a4749475133302d46706f45745a5f4f43776568354c70775070596567663465724c4138773053766876764368566458647a65473439476c796c687956585f74373061456850436f48412d61304a4e38587a317761645a4867445f4b4d6262696232656f74524d546d51656f4f454d495144333068424e7737444836325f6c654e5753377571547445777551516b4c5f746e71477461614674335275315832695a596d5345676a59334f545f4268707a7143744a4236374e48795a533439752d7471316c6c504638634e494d6d377146306656613353696c375f6f49793350724f6367424c5a416748566559437779377532545454724a372d5049536633716b44714d44423370386b46545442574972326f635f5a4a6650466f487075786a45666530654434653745666a616776322d48483338746e332d78545479464c624a6f476e516e7a66477731524b54766e68624a555a654e4a5777394c755179566673494f42625f516a735f427453556d3061696149364354466b4932733979674a37565273755042506c5f543578707a69466e42393166376e7a46684f52627a305a4d636f463365714d536d505335645135674243347a6967796d584b73584c4e384c6d756d79574253364778754b6c4b6a5f4d6168344d30524a4f41476c2d79377a776c3469746e51666e69354275556b6947655330757a5358615671666d634e48395945633375714c6b4843593652484a6e786c715038576561704e6e736574332d655076684448376972554677494d34397976694e70382d4c30493961514e56737a42696c4730306c7a323373633151426972734d356e76616b393033536f5a4c7a5072673d3d', '765371c08fa86aa29c42c254f4867232b0f6e623750c86a4ab8679cc1b90ee5e', '', '\x6741414141414272416b33366b55326e72625878542d6b616757776a6c2d4f6f38343745525274505055333551464e6b4647465f485662537361694256344e51516e593747783436786a54754e5242513834425666684f705a35633864365175376d6f66706a46435355734767526c586b6c62385f4c7858717148617773412d7a32615639596b34484d466d', 'active', '', NULL, '{}', NULL, '2026-11-23 07:24:00.195476+00'),
	(5000, 'mango', 'АТС', '', '\x6741414141414272416b3336326b586b366f5876497074483654676271336743724f486476556c6b634972412d3154525a4336683552324b51464856337476577936524c627268727942704e554f716e667a6c736a58646731786a66454d5f325535706f4a536a34593055544233705554596e4230656c4c34554c78423631326d4b6d4644655637553141796d3538783779416f595f4d38774d794377786f687439465a4262574f303761315576377470714a54346761667063397678696f4f54384543427168455a5843495f67495f424736594275736c52334c336d59664841536c4d667455627835637873395f3176667833325f47693633616d582d3139494c773474466145647332764f7844394b414343713974364f31302d6d61305838635659754a3937754d6e75766d717a353163533164786d544879445a7956395a4430356e6c6c705467617033484a38573170714c59696b49495848336e743569484959417a792d4a4e7138426c35576b6973342d427a744b5f6834616c325247314556554c39726f563646377762782d396a42784c587345684d313774652d5a6d76324b646d4672752d3468506d5367694f514d66675747785279387853486731725150476c6e37505749', '94c2d93c34476bee675aaaef03922f129ddf566e9a1845c0702206c756c843b3', '', '\x6741414141414272416b33366e474e6d6d514f61515866536744455f59552d61657453746d384e735a58674a59515753717a6362485453545f5665376f5042434c4b4630387a6c4f7a5f4b426236565f534e78467870564135376c5161774638633539545a326550797a30736a4b41776d5044434a61687a675f6475455f79614c4f78686c70664b365a6252', 'active', '', NULL, '{}', NULL, '2026-11-23 07:24:00.217499+00'),
	(1000, 'telegram', 'lampa_polka_bot', '', '\x6741414141414272416b33367371736f735537757a75586e797063675241524875624b5f77376748537973465037774f4b3745387933414e5f67775935394f50333766784b3270416633796e65586c613362745832416b4f647a32646c6e37775378634c31516a4b4b41396a734731357659414277315948727658415f66374a514c2d734e7531496b626d325332674e516f5f6e58394174625436776a38666e4c473957353658716f3570714369654a6446715a4678616b35313457503172554964384b74314c4a766c62503377366b6a5965755273384b6d4c414b4f43343471617366664b6f717a34506c355a6447766d3068384d2d6b4f2d4b4b6f644e4a32634b3474726b56475531365771653544687758655364345671432d673949456a2d7744546d304f35486255623072633057384d327a413d', '7ab66e991d66fb44628e97f9158213ef12be03f6496524a25d00289d4e04ad44', '', '\x6741414141414272416b33364c61355946587963776f3566584f376b7043474d623164646344483272455457344a317a4763395f665a58644952396c4b653555664d647531536266684875414f377852614267653873377771797235797262334e50574c7a79564b65316c64376a776a4d38754b364e2d787337317450506a7257506469367041674a587074', 'active', '', NULL, '{"at": 1795418645, "since": 1795418520, "offset": 700000003}', '2026-11-23 07:24:05.863574+00', '2026-11-23 07:24:00.053528+00'),
	(2000, 'manager_bot', 'lampa_desk_bot', '', '\x6741414141414272416b3336714b4f37514b637a72675738584f4f6a70636e55444466666647795f656f6450676f355a414c303833693846374669304d415253384554356b325a7473466b576f4a4b6e5063304235696b724c5433694d544631506f524170336e7675536f6b774a6e704f584b7a42416f4336456c585a74747234766c6a6d4756576834775a3372796c7a75786b667a65646a35514c7459766f4e36616e774a4b3157725f76634178337a7a4b737977443171524f65304a6a3130634344666d726b773050614d692d3048424d6e6a6c445234694355335067663774526c5864373371624b62516a46496e59366365436b6a3358697355775a64474e5a6479355a486d595441356435447a66327753765636375635714255552d33366b77416f79486369635f51303033497a72725639733d', '721e00ad28e1d73f78d054b021e9ed9c166bd0d943d0958f6c2f9121da911866', '', '\x6741414141414272416b3336633145724e4f754c4c4e73356173653379544b574c317778504a44344c73676a794d486d6a346d6449487030334666486836773473645032626148634a744953564c585f344d796977416152614647557941794449496659727444714c33434a717a376b5950536336753342366e636d377230723247556d7471496a77536377', 'active', '', NULL, '{"at": 1795418646, "since": 1795418520, "offset": 700000003}', '2026-11-23 07:24:06.018247+00', '2026-11-23 07:24:00.063722+00'),
	(3000, 'email', 'sales@lampa.example', '', '\x6741414141414272416b3336595236685659763470734864616538476a5345614a386d733235434f5944315834414b68577645494e566d644b51484c6d57473470445a536673547072676364737a39395075504159734e393565384b53516c4e33563777727a5775413565754e642d6c7050394e756771335f63526e5f4b4b4a634f6b75616a76663247476968356147747651756673504757484b30507343674a6655454d61365341417066776f3468626b2d4a346b4139493947774a61334558726868313773685139424c4439797265733148586f2d53456863346e56574d6736484e3144582d6e6e4b67364d3235506853335434567165726231456b522d736776314a364a5f717531747650427437696e376d7a352d7968624b7a6f346c4e37576e466f306d3331554367593254486b4b6d346a74656f536b6d4d7a776c6638773742384d34476d6a7165445a476c2d674470364361527379474631464c5338496c65506b47736e394e4f4c724d64335f4a4158636a65747a7a514f566348555178637131596d6e30514e6e576961566c50684c6c4d52685159717130647876595473745159467948717937613333474d6f79536a644733446d7375675f723054426b38524753766f344a494f61576557474a59545561374875712d70714a4f305756457a777343594d6a3238376445735f446b5379317553744b683663586b47674f56526f39564d584254316a6a4b444b63774f35536f316874644577614575446e5453467376526b2d3235695f6a704d55363546774c365042736476455a6a784b74464553583455344738677746414349353354474970563530377569493755464c6a55674849757868764e55494b6963436230666c694364617a4b535647546461365957343777504c673653474e5067585a365f7054305862744950773d3d', 'a7e0012d6217956f1f9c365cdf26d89d90bfb541047ad2f03c72d88eb555a564', '', '\x6741414141414272416b3336756a62584e74586d78564b4e31766e45394578316c622d47544538545a74684a7a624a3246767653523162474e5a4e71483778635f51325f75785966726d71364e6538325165396472763178514169765f76676e51587a72435874363853445a6a4274316b2d593747686733714b7a586645465976454c36636531435145704f', 'active', '', NULL, '{"uid": 1, "since": "2026-11-23T07:24:00.274868+00:00", "rescan_to": 0, "history_to": 0, "uidvalidity": 1700000000}', '2026-11-23 07:24:06.187353+00', '2026-11-23 07:24:00.179559+00');


--
-- Data for Name: contacts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.contacts VALUES
	(10000, 'Мария Петрова', 'ru', NULL, false, false, false, NULL, NULL, '{}', '[]', '2026-11-23 07:24:05.869096+00', 1),
	(17000, 'Олег', '', NULL, false, false, false, NULL, NULL, '{}', '[]', '2026-11-23 07:24:06.081467+00', 1),
	(20000, 'Мария Петрова', '', NULL, false, false, false, NULL, NULL, '{}', '[]', '2026-11-23 07:24:06.399517+00', 1),
	(25000, 'Мария', '', NULL, true, false, false, NULL, NULL, '{}', '[]', '2026-11-23 07:24:06.502748+00', 1),
	(33000, '', '', NULL, false, false, false, NULL, NULL, '{}', '[]', '2026-11-23 07:24:41.596815+00', 1);


--
-- Data for Name: conversations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.conversations VALUES
	(10004, 1001, 10000, 'sales', 'open', 6000, NULL, '[]', 10003, '', '', '2026-11-23 07:24:05.869096+00', NULL, '', '', NULL, '2026-11-23 07:24:06.052934+00', '2026-11-23 07:24:06.052934+00', 6000, '2026-11-23 07:24:05.869096+00', NULL, 3),
	(17004, 1002, 17000, 'sales', 'open', NULL, NULL, '[6000]', 17003, '', 'Заявка с сайта', '2026-11-23 07:24:06.081467+00', NULL, '', '', NULL, '2026-11-23 07:24:06.081467+00', NULL, NULL, NULL, NULL, 1),
	(20003, 1003, 20000, 'sales', 'open', NULL, NULL, '[6000]', 20002, 'Счёт', '', '2026-11-23 07:24:06.399517+00', NULL, '', '', NULL, '2026-11-23 07:24:06.399517+00', NULL, NULL, '2026-11-23 07:24:06.399517+00', NULL, 1),
	(25003, 1004, 25000, 'sales', 'open', NULL, NULL, '[6000]', 25002, '', 'Заявка с сайта', '2026-11-23 07:24:06.502748+00', NULL, '', '', NULL, '2026-11-23 07:24:06.502748+00', NULL, NULL, NULL, NULL, 1),
	(33003, 1005, 33000, 'sales', 'open', NULL, NULL, '[6000]', 33002, '', '', '2026-11-23 07:24:41.596815+00', NULL, '', '', NULL, '2026-11-23 07:24:41.596815+00', NULL, NULL, NULL, NULL, 1);


--
-- Data for Name: crm_links; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: deliveries; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.deliveries VALUES
	(10018, 'reply', 114621806539669960, 'auto:welcome:10017', 'sent', 1, '2026-11-23 07:24:05.869096+00', NULL, 3461082496858257688, '{"thread_id": 10003, "received_at": "2026-11-23T07:24:05.869096+00:00"}', 1000, 10004, 10017, NULL, 0, '["3"]', '', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.912899+00', '2026-11-22 02:05:52.262541+00'),
	(10014, 'notify', 1778503848858996976, 'offer:10004:6000:10007:10011', 'sent', 1, '2026-11-23 07:24:05.869096+00', NULL, 1466442309925148987, '{"notice": "offer", "wait_id": 10007, "manager_id": 6000, "message_id": 10005, "conversation_id": 10004}', NULL, 10004, NULL, 6000, 0, '["3"]', '', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.912944+00', '2026-11-22 02:05:52.263644+00'),
	(10021, 'notify', 1778503848858996976, 'card_changed:10004:6000:10019', 'sent', 1, '2026-11-23 07:24:05.869096+00', NULL, 3443208573726128786, '{"notice": "card_changed", "manager_id": 6000, "message_id": 10019, "received_at": "2026-11-23T07:24:05.849659+00:00", "conversation_id": 10004}', NULL, 10004, NULL, 6000, 0, '[]', '', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.991538+00', '2026-11-22 02:05:52.287327+00'),
	(14002, 'reply', 114621806539669960, 'bot2000:700000002', 'sent', 1, '2026-11-23 07:24:06.029127+00', NULL, 2870938215536283352, '{"thread_id": 10003, "received_at": "2026-11-23T07:24:06.029127+00:00"}', 1000, 10004, 14001, 6000, 0, '["4"]', '', '2026-11-23 07:24:06.029127+00', '2026-11-23 07:24:06.048021+00', '2026-11-22 02:05:52.350032+00'),
	(15002, 'notify', 1778503848858996976, 'reply_state:10004:6000:14001:sent', 'sent', 1, '2026-11-23 07:24:06.05455+00', NULL, 1471018173360489181, '{"state": "sent", "notice": "reply_state", "reason": "", "manager_id": 6000, "message_id": 14001, "received_at": "2026-11-23T07:24:06.029127+00:00", "conversation_id": 10004}', NULL, 10004, NULL, 6000, 0, '[]', '', '2026-11-23 07:24:06.05455+00', '2026-11-23 07:24:06.079304+00', '2026-11-22 02:05:52.388244+00'),
	(17014, 'notify', 3773624702832586982, 'offer:17004:6000:17007:17011', 'sent', 1, '2026-11-23 07:24:06.081467+00', NULL, 285413750521105558, '{"notice": "offer", "wait_id": 17007, "manager_id": 6000, "message_id": 17005, "conversation_id": 17004}', NULL, 17004, NULL, 6000, 0, '["5"]', '', '2026-11-23 07:24:06.081467+00', '2026-11-23 07:24:06.107549+00', '2026-11-22 02:05:52.420208+00'),
	(20013, 'notify', 5471588535416133008, 'offer:20003:6000:20006:20010', 'sent', 1, '2026-11-23 07:24:06.399517+00', NULL, 907565918504091986, '{"notice": "offer", "wait_id": 20006, "manager_id": 6000, "message_id": 20004, "conversation_id": 20003}', NULL, 20003, NULL, 6000, 0, '["6"]', '', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.419345+00', '2026-11-22 02:05:52.731723+00'),
	(20017, 'reply', -2901512419729622283, 'auto:welcome:20016', 'sent', 1, '2026-11-23 07:24:06.399517+00', NULL, 4040404129586650915, '{"thread_id": 20002, "received_at": "2026-11-23T07:24:06.399517+00:00"}', 3000, 20003, 20016, NULL, 0, '["7091fc5cc8be8b1886158da0a38f3f2d2896d23e@lampa.example"]', '', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.419299+00', '2026-11-22 02:05:52.735897+00'),
	(25013, 'notify', 7484713272250552410, 'offer:25003:6000:25006:25010', 'sent', 1, '2026-11-23 07:24:06.502748+00', NULL, 4196361004959895634, '{"notice": "offer", "wait_id": 25006, "manager_id": 6000, "message_id": 25004, "conversation_id": 25003}', NULL, 25003, NULL, 6000, 0, '["7"]', '', '2026-11-23 07:24:06.502748+00', '2026-11-23 07:24:06.527642+00', '2026-11-22 02:05:52.822138+00'),
	(25016, 'notify', 7484713272250552410, 'match_question:25003:6000:25001', 'sent', 1, '2026-11-23 07:24:06.502748+00', NULL, 4152358588627454537, '{"notice": "match_question", "manager_id": 6000, "candidate_id": 25001, "conversation_id": 25003}', NULL, 25003, NULL, 6000, 0, '["8"]', '', '2026-11-23 07:24:06.502748+00', '2026-11-23 07:24:06.543444+00', '2026-11-22 02:05:52.82947+00'),
	(33013, 'notify', -5516762671186741883, 'offer:33003:6000:33006:33010', 'queued', 2, '2026-11-23 07:24:43.349898+00', NULL, 4472929364666176759, '{"notice": "offer", "wait_id": 33006, "manager_id": 6000, "message_id": 33004, "conversation_id": 33003}', NULL, 33003, NULL, 6000, 0, '[]', 'no connection to Telegram', '2026-11-23 07:24:41.596815+00', '2026-11-23 07:24:41.619604+00', NULL);


--
-- Data for Name: files; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: identities; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.identities VALUES
	(10001, 10000, 'tg_user', '', '500000001', '@maria', 'proven', false, 'подтверждён', '2026-11-23 07:24:05.869096+00', 1),
	(10002, 10000, 'phone', '', '+79161234567', '79161234567', 'proven', false, 'подтверждён', '2026-11-23 07:24:05.869096+00', 1),
	(17001, 17000, 'phone', '', '+79037654321', '+79037654321', 'claimed', false, 'указан клиентом', '2026-11-23 07:24:06.081467+00', 1),
	(17002, 17000, 'email', '', 'oleg.smirnov@mail.example', 'oleg.smirnov@mail.example', 'claimed', false, 'указан клиентом', '2026-11-23 07:24:06.081467+00', 1),
	(20001, 20000, 'email', '', 'maria.petrova@mail.example', 'maria.petrova@mail.example', 'proven', false, 'подтверждён', '2026-11-23 07:24:06.399517+00', 1),
	(33001, 33000, 'phone', '', '+79855550142', '79855550142', 'claimed', false, 'указан клиентом', '2026-11-23 07:24:41.596815+00', 1);


--
-- Data for Name: invites; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.invites VALUES
	(7001, '3ea33a167541f80456c1ae2a1444e17fec8b6a6444505446bd6a3511d3c7bb6e', 6001, '2026-11-25 07:24:00.268621+00', NULL),
	(7000, 'a2f8156899e029fe91797306ba4c6817967c480cf7062c28d212c14cd36237cb', 6000, '2026-11-25 07:24:00.267544+00', '2026-11-23 07:24:05.813298+00');


--
-- Data for Name: lead_stage_facts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.lead_stage_facts VALUES
	(10016, 10015, '', 'new', 'M-13', NULL, '2026-11-23 07:24:05.869096+00'),
	(15001, 10015, 'new', 'contacted', 'first_response', 6000, '2026-11-23 07:24:06.05455+00'),
	(17016, 17015, '', 'new', 'M-13', NULL, '2026-11-23 07:24:06.081467+00'),
	(20015, 20014, '', 'new', 'M-13', NULL, '2026-11-23 07:24:06.399517+00'),
	(25015, 25014, '', 'new', 'M-13', NULL, '2026-11-23 07:24:06.502748+00'),
	(33015, 33014, '', 'new', 'M-13', NULL, '2026-11-23 07:24:41.596815+00');


--
-- Data for Name: leads; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.leads VALUES
	(10015, 10000, 'sales', 10007, 10004, 'contacted', 'open', '', 'telegram', '{}', 10005, NULL, '', '', '{}', '[]', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:06.05455+00', NULL, 2),
	(17015, 17000, 'sales', 17007, 17004, 'new', 'open', 'Заявка с сайта', 'webform', '{"receipt": "EFC1-7ADA-17F9", "user_agent": "Python/3.11 aiohttp/3.14.5"}', 17005, NULL, '', '', '{"name": "Олег", "text": "Нужны лампы", "email": "oleg.smirnov@mail.example", "phone": "+79037654321"}', '[]', '2026-11-23 07:24:06.081467+00', '2026-11-23 07:24:06.081467+00', NULL, 1),
	(20014, 20000, 'sales', 20006, 20003, 'new', 'open', '', 'email', '{}', 20004, NULL, '', '', '{}', '[]', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.399517+00', NULL, 1),
	(25014, 25000, 'sales', 25006, 25003, 'new', 'open', 'Заявка с сайта', 'webform', '{"receipt": "74BD-9705-AB94", "user_agent": "Python/3.11 aiohttp/3.14.5"}', 25004, NULL, '', '', '{"name": "Мария", "text": "Пришлите счёт", "email": "maria.petrova@mail.example", "phone": "+79161234567"}', '[]', '2026-11-23 07:24:06.502748+00', '2026-11-23 07:24:06.502748+00', NULL, 1),
	(33014, 33000, 'sales', 33006, 33003, 'new', 'open', '', 'mango', '{}', 33004, NULL, '', '', '{}', '[]', '2026-11-23 07:24:41.596815+00', '2026-11-23 07:24:41.596815+00', NULL, 1);


--
-- Data for Name: ledger_default; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: ledger_y2026m11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_y2026m11 VALUES
	(10006, NULL, 10004, 10000, 'sales', 'matched', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.869096+00', 'hub', NULL, 'M-3', '{"evidence": "новый клиент: такого адреса ещё не было"}'),
	(10008, 10007, 10004, 10000, 'sales', 'wait_opened', '2026-11-23 07:24:05+00', '2026-11-23 07:24:05.869096+00', 'client', NULL, 'FR-1', '{"kind": "first_response", "policy": "line:sales", "channel": "telegram", "revision": 1, "message_id": 10005, "deadline_at": "2026-11-23T07:39:05+00:00", "no_open_time": false, "requested_at": "2026-11-23T07:24:05+00:00", "late_delivery": false, "target_seconds": 900}'),
	(10013, 10007, 10004, 10000, 'sales', 'offered', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.869096+00', 'hub', NULL, 'strategy', '{"offered_to": [6000]}'),
	(10020, 10007, 10004, 10000, 'sales', 'request_added', '2026-11-23 07:24:05+00', '2026-11-23 07:24:05.869096+00', 'client', NULL, '', '{"message_id": 10019}'),
	(14000, 10007, 10004, 10000, 'sales', 'taken', '2026-11-23 07:24:06.029127+00', '2026-11-23 07:24:06.029127+00', 'manager', 6000, 'R-10', '{}'),
	(15000, 10007, 10004, 10000, 'sales', 'answered', '2026-11-23 07:24:06.052934+00', '2026-11-23 07:24:06.05455+00', 'manager', 6000, 'S3', '{"channel": "telegram", "seconds": 1.052934, "message_id": 14001}'),
	(17006, NULL, 17004, 17000, 'sales', 'matched', '2026-11-23 07:24:06.081467+00', '2026-11-23 07:24:06.081467+00', 'hub', NULL, 'M-3', '{"evidence": "новый клиент: такого адреса ещё не было"}'),
	(17008, 17007, 17004, 17000, 'sales', 'wait_opened', '2026-11-23 07:24:06.067553+00', '2026-11-23 07:24:06.081467+00', 'client', NULL, 'FR-1', '{"kind": "first_response", "policy": "line:sales", "channel": "webform", "revision": 1, "message_id": 17005, "deadline_at": "2026-11-23T07:44:06.067553+00:00", "no_open_time": false, "requested_at": "2026-11-23T07:24:06.067553+00:00", "late_delivery": false, "target_seconds": 1200}'),
	(17013, 17007, 17004, 17000, 'sales', 'offered', '2026-11-23 07:24:06.081467+00', '2026-11-23 07:24:06.081467+00', 'hub', NULL, 'strategy', '{"offered_to": [6000]}'),
	(20005, NULL, 20003, 20000, 'sales', 'matched', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.399517+00', 'hub', NULL, 'M-3', '{"evidence": "новый клиент: такого адреса ещё не было"}'),
	(20007, 20006, 20003, 20000, 'sales', 'wait_opened', '2026-11-23 07:24:06+00', '2026-11-23 07:24:06.399517+00', 'client', NULL, 'FR-1', '{"kind": "first_response", "policy": "line:sales", "channel": "email", "revision": 1, "message_id": 20004, "deadline_at": "2026-11-23T08:24:06+00:00", "no_open_time": false, "requested_at": "2026-11-23T07:24:06+00:00", "late_delivery": false, "target_seconds": 3600}'),
	(20012, 20006, 20003, 20000, 'sales', 'offered', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.399517+00', 'hub', NULL, 'strategy', '{"offered_to": [6000]}'),
	(25005, NULL, 25003, 25000, 'sales', 'matched', '2026-11-23 07:24:06.502748+00', '2026-11-23 07:24:06.502748+00', 'hub', NULL, 'M-3', '{"evidence": "подходит больше одной карточки"}'),
	(25007, 25006, 25003, 25000, 'sales', 'wait_opened', '2026-11-23 07:24:06.490802+00', '2026-11-23 07:24:06.502748+00', 'client', NULL, 'FR-1', '{"kind": "first_response", "policy": "line:sales", "channel": "webform", "revision": 1, "message_id": 25004, "deadline_at": "2026-11-23T07:44:06.490802+00:00", "no_open_time": false, "requested_at": "2026-11-23T07:24:06.490802+00:00", "late_delivery": false, "target_seconds": 1200}'),
	(25012, 25006, 25003, 25000, 'sales', 'offered', '2026-11-23 07:24:06.502748+00', '2026-11-23 07:24:06.502748+00', 'hub', NULL, 'strategy', '{"offered_to": [6000]}'),
	(33005, NULL, 33003, 33000, 'sales', 'matched', '2026-11-23 07:24:41.596815+00', '2026-11-23 07:24:41.596815+00', 'hub', NULL, 'M-3', '{"evidence": "новый клиент: такого адреса ещё не было"}'),
	(33007, 33006, 33003, 33000, 'sales', 'wait_opened', '2026-11-23 07:24:16+00', '2026-11-23 07:24:41.596815+00', 'client', NULL, 'FR-1', '{"kind": "first_response", "policy": "line:sales", "channel": "mango", "revision": 1, "message_id": 33004, "deadline_at": "2026-11-23T07:39:16+00:00", "no_open_time": false, "requested_at": "2026-11-23T07:24:16+00:00", "late_delivery": false, "target_seconds": 900}'),
	(33012, 33006, 33003, 33000, 'sales', 'offered', '2026-11-23 07:24:41.596815+00', '2026-11-23 07:24:41.596815+00', 'hub', NULL, 'strategy', '{"offered_to": [6000]}'),
	(33017, 33006, 33003, 33000, 'sales', 'missed_call', '2026-11-23 07:24:16+00', '2026-11-23 07:24:41.596815+00', 'hub', NULL, 'C-3', '{"callback_due_at": "2026-11-23T07:39:16+00:00"}');


--
-- Data for Name: ledger_y2026m12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: ledger_y2027m01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: links; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.links VALUES
	('bot2000', 500000003, 3, 10004, NULL, 6000, 'card', '2026-11-23 07:24:05.972811+00'),
	('bot2000', 500000003, 4, 10004, 14001, 6000, 'answer', '2026-11-23 07:24:06.047498+00'),
	('bot2000', 500000003, 5, 17004, NULL, 6000, 'card', '2026-11-23 07:24:06.131287+00'),
	('bot2000', 500000003, 6, 20003, NULL, 6000, 'card', '2026-11-23 07:24:06.449098+00'),
	('bot2000', 500000003, 7, 25003, NULL, 6000, 'card', '2026-11-23 07:24:06.540526+00');


--
-- Data for Name: managers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.managers VALUES
	(6001, 'ivan', 'Иван', 'manager', true, 'ru', 'schedule', NULL, NULL, true, NULL, '2026-11-23 07:24:00.231176+00', NULL),
	(6002, 'observer', 'Наблюдатель', 'admin', true, 'ru', 'schedule', NULL, NULL, true, NULL, '2026-11-23 07:24:00.233009+00', NULL),
	(6000, 'anna', 'Анна', 'manager', true, 'ru', 'schedule', NULL, 500000003, true, NULL, '2026-11-23 07:24:00.226514+00', NULL);


--
-- Data for Name: match_candidates; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.match_candidates VALUES
	(25001, 25000, '[10000, 20000]', '["телефон 79161234567 (подтверждён)", "почта maria.petrova@mail.example (подтверждён)"]', 'open', '2026-11-23 07:24:06.502748+00', NULL, NULL, 1);


--
-- Data for Name: merges; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: message_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.message_keys VALUES
	(1000, '500000001', '1', 10005, 10003, 10004, 10000, 'inbound', '2026-11-23 07:24:05.849659+00'),
	(1000, '500000001', '2', 10019, 10003, 10004, 10000, 'inbound', '2026-11-23 07:24:05.849659+00'),
	(1000, '500000001', '3', 10017, 10003, 10004, 10000, 'outbound', '2026-11-23 07:24:05.869096+00'),
	(0, 'reply', 'bot2000:700000002', 14001, 10003, 10004, 10000, 'outbound', '2026-11-23 07:24:06.029127+00'),
	(1000, '500000001', '4', 14001, 10003, 10004, 10000, 'outbound', '2026-11-23 07:24:06.029127+00'),
	(4000, 'form:Заявка с сайта:+79037654321', 'cfcac7ac3a3e3921', 17005, 17003, 17004, 17000, 'inbound', '2026-11-23 07:24:06.067553+00'),
	(3000, '1.1795418646@mail.example', '1.1795418646@mail.example#9b8b19e2c240dcc9', 20004, 20002, 20003, 20000, 'inbound', '2026-11-23 07:24:06.183775+00'),
	(3000, '1.1795418646@mail.example', '1.1795418646@mail.example', 20004, 20002, 20003, 20000, 'inbound', '2026-11-23 07:24:06.183775+00'),
	(3000, '1.1795418646@mail.example', '7091fc5cc8be8b1886158da0a38f3f2d2896d23e@lampa.example', 20016, 20002, 20003, 20000, 'outbound', '2026-11-23 07:24:06.399517+00'),
	(4000, 'form:Заявка с сайта:+79161234567', '3c439b7fdd30fa47', 25004, 25002, 25003, 25000, 'inbound', '2026-11-23 07:24:06.490802+00');


--
-- Data for Name: messages_default; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: messages_y2026m11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.messages_y2026m11 VALUES
	(10005, 10000, 10004, 10003, 'inbound', 'contact', 'client', NULL, 10001, '1', NULL, '', '', 'Мария 79161234567', '', -1, '', '[]', '[]', '2026-11-23 07:24:05+00', '2026-11-23 07:24:05.849659+00', NULL, NULL),
	(10019, 10000, 10004, 10003, 'inbound', 'text', 'client', NULL, 10001, '2', NULL, '', '', 'Есть торшер в белом?', '', -1, '', '[]', '[]', '2026-11-23 07:24:05+00', '2026-11-23 07:24:05.849659+00', NULL, NULL),
	(10017, 10000, 10004, 10003, 'outbound', 'text', 'automation', NULL, NULL, '3', NULL, '', '', 'Здравствуйте! Это магазин «Лампа и Полка». Уже смотрим, скоро ответим.', '', -1, '', '[]', '[]', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.869096+00', NULL, NULL),
	(14001, 10000, 10004, 10003, 'outbound', 'text', 'person', 6000, NULL, '4', NULL, '', '', 'Белый есть, 7 900 ₽', '', -1, '', '[]', '[]', '2026-11-23 07:24:06.029127+00', '2026-11-23 07:24:06.029127+00', NULL, NULL),
	(17005, 17000, 17004, 17003, 'inbound', 'form', 'client', NULL, 17001, 'cfcac7ac3a3e3921', NULL, '', '', 'Нужны лампы', '', -1, '', '[["name", "Олег"], ["phone", "+79037654321"], ["email", "oleg.smirnov@mail.example"], ["text", "Нужны лампы"]]', '[]', '2026-11-23 07:24:06.067553+00', '2026-11-23 07:24:06.067553+00', NULL, NULL),
	(20004, 20000, 20003, 20002, 'inbound', 'text', 'client', NULL, 20001, '1.1795418646@mail.example', NULL, '', 'Счёт', 'Добрый день, жду счёт. Мария', '', -1, '', '[]', '[]', '2026-11-23 07:24:06+00', '2026-11-23 07:24:06.183775+00', NULL, NULL),
	(20016, 20000, 20003, 20002, 'outbound', 'text', 'automation', NULL, NULL, '7091fc5cc8be8b1886158da0a38f3f2d2896d23e@lampa.example', NULL, '', '', 'Здравствуйте! Это магазин «Лампа и Полка». Уже смотрим, скоро ответим.', '', -1, '', '[]', '[]', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.399517+00', NULL, NULL),
	(25004, 25000, 25003, 25002, 'inbound', 'form', 'client', NULL, 10002, '3c439b7fdd30fa47', NULL, '', '', 'Пришлите счёт', '', -1, '', '[["name", "Мария"], ["phone", "+79161234567"], ["email", "maria.petrova@mail.example"], ["text", "Пришлите счёт"]]', '[]', '2026-11-23 07:24:06.490802+00', '2026-11-23 07:24:06.490802+00', NULL, NULL),
	(33004, 33000, 33003, 33002, 'inbound', 'call', 'client', NULL, NULL, '', NULL, '', '', '', '', -1, '', '[["direction", "inbound"], ["state", "missed"], ["line_number", "+74951234567"], ["waiting_seconds", "10"], ["talk_seconds", "0"]]', '[]', '2026-11-23 07:24:16+00', '2026-11-23 07:24:41.596815+00', NULL, NULL);


--
-- Data for Name: messages_y2026m12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: messages_y2027m01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: policy_revisions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.policy_revisions VALUES
	(1, '# Правила песочницы: небольшой магазин, двое менеджеров, «кто первый взял».

[business]
name = "Лампа и Полка"
zone = "Europe/Moscow"
calendar = "store"
default_line = "sales"

[calendars.store]
country = "RU"

[calendars.store.hours]
mon-fri = ["10:00-19:00"]

[managers.anna]

[managers.ivan]

[lines.sales]
name = "Продажи"
team = ["anna", "ivan"]
strategy = "offer_all"
thanks_filter = true

[lines.sales.targets]
first_response = "15m"
next_response = "30m"
callback = "15m"
first_response_by_channel = { email = "1h", webform = "20m" }

[lines.sales.accept]
offer = "5m"

[lines.sales.calls]
min_talk = "3s"  # в песочнице терпения меньше, чем в жизни
hangup_grace = "2s"

[lines.sales.texts.ru]
welcome = "Здравствуйте! Это магазин «{{business.name}}». Уже смотрим, скоро ответим."
out_of_hours = "Здравствуйте! Сейчас магазин закрыт. Ответим {{expected_time}}."

[lines.sales.texts.en]
welcome = "Hello! This is the shop «{{business.name}}». We are looking into it."
out_of_hours = "Hello! The shop is closed now. We will answer {{expected_time}}."
', NULL, 'sandbox', '2026-11-22 02:05:46.261639+00');


--
-- Data for Name: receipt_bodies_default; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: receipt_bodies_y2026m11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.receipt_bodies_y2026m11 VALUES
	(8000, '2026-11-23 07:24:00.280945+00', '\x7b227570646174655f6964223a203730303030303030312c20226d657373616765223a207b226d6573736167655f6964223a20312c202266726f6d223a207b226964223a203530303030303030332c202269735f626f74223a2066616c73652c202266697273745f6e616d65223a2022d090d0bdd0bdd0b0222c20226c616e67756167655f636f6465223a20227275227d2c202263686174223a207b226964223a203530303030303030332c202274797065223a202270726976617465222c202266697273745f6e616d65223a2022d090d0bdd0bdd0b0227d2c202264617465223a20313739353431383634302c202274657874223a20222f7374617274206d5f72524e3579516d34584d43694e5f30715447424d7935674246366b7a64794363222c2022656e746974696573223a205b7b2274797065223a2022626f745f636f6d6d616e64222c20226f6666736574223a20302c20226c656e677468223a20367d5d7d7d', '', '{}'),
	(9000, '2026-11-23 07:24:05.849659+00', '\x7b227570646174655f6964223a203730303030303030312c20226d657373616765223a207b226d6573736167655f6964223a20312c202266726f6d223a207b226964223a203530303030303030312c202269735f626f74223a2066616c73652c202266697273745f6e616d65223a2022d09cd0b0d180d0b8d18f222c20226c6173745f6e616d65223a2022d09fd0b5d182d180d0bed0b2d0b0222c2022757365726e616d65223a20226d61726961222c20226c616e67756167655f636f6465223a20227275227d2c202263686174223a207b226964223a203530303030303030312c202274797065223a202270726976617465222c202266697273745f6e616d65223a2022d09cd0b0d180d0b8d18f222c20226c6173745f6e616d65223a2022d09fd0b5d182d180d0bed0b2d0b0222c2022757365726e616d65223a20226d61726961227d2c202264617465223a20313739353431383634352c2022636f6e74616374223a207b2270686f6e655f6e756d626572223a20223739313631323334353637222c202266697273745f6e616d65223a2022d09cd0b0d180d0b8d18f222c2022757365725f6964223a203530303030303030317d7d7d', '', '{}'),
	(9001, '2026-11-23 07:24:05.849659+00', '\x7b227570646174655f6964223a203730303030303030322c20226d657373616765223a207b226d6573736167655f6964223a20322c202266726f6d223a207b226964223a203530303030303030312c202269735f626f74223a2066616c73652c202266697273745f6e616d65223a2022d09cd0b0d180d0b8d18f222c20226c6173745f6e616d65223a2022d09fd0b5d182d180d0bed0b2d0b0222c2022757365726e616d65223a20226d61726961222c20226c616e67756167655f636f6465223a20227275227d2c202263686174223a207b226964223a203530303030303030312c202274797065223a202270726976617465222c202266697273745f6e616d65223a2022d09cd0b0d180d0b8d18f222c20226c6173745f6e616d65223a2022d09fd0b5d182d180d0bed0b2d0b0222c2022757365726e616d65223a20226d61726961227d2c202264617465223a20313739353431383634352c202274657874223a2022d095d181d182d18c20d182d0bed180d188d0b5d18020d0b220d0b1d0b5d0bbd0bed0bc3f227d7d', '', '{}'),
	(13000, '2026-11-23 07:24:06.014733+00', '\x7b227570646174655f6964223a203730303030303030322c20226d657373616765223a207b226d6573736167655f6964223a20342c202266726f6d223a207b226964223a203530303030303030332c202269735f626f74223a2066616c73652c202266697273745f6e616d65223a2022d090d0bdd0bdd0b0222c20226c616e67756167655f636f6465223a20227275227d2c202263686174223a207b226964223a203530303030303030332c202274797065223a202270726976617465222c202266697273745f6e616d65223a2022d090d0bdd0bdd0b0227d2c202264617465223a20313739353431383634362c20227265706c795f746f5f6d657373616765223a207b226d6573736167655f6964223a20332c202266726f6d223a207b226964223a20373030303030303030322c202269735f626f74223a20747275652c202266697273745f6e616d65223a2022d0a0d0b0d0b1d0bed187d0b5d0b520d0bcd0b5d181d182d0be222c2022757365726e616d65223a20226c616d70615f6465736b5f626f74227d2c202263686174223a207b226964223a203530303030303030332c202274797065223a202270726976617465222c202266697273745f6e616d65223a2022d090d0bdd0bdd0b0227d2c202264617465223a20313739353431383634352c20227265706c795f6d61726b7570223a207b22696e6c696e655f6b6579626f617264223a205b5b7b2274657874223a2022e29c8b20d092d0b7d18fd182d18c222c202263616c6c6261636b5f64617461223a202268313a74616b653a3770773a31227d2c207b2274657874223a2022f09f998520d09dd0b520d0bcd0bed0b3d183222c202263616c6c6261636b5f64617461223a202268313a6465636c696e653a3770773a31227d5d2c205b7b2274657874223a2022f09f91a420d09ad0b0d180d182d0bed187d0bad0b0222c202263616c6c6261636b5f64617461223a202268313a636c69656e743a3770773a31227d2c207b2274657874223a2022f09f959820d098d181d182d0bed180d0b8d18f222c202263616c6c6261636b5f64617461223a202268313a686973746f72793a3770773a31227d2c207b2274657874223a2022e29d9420d09fd0bed187d0b5d0bcd183222c202263616c6c6261636b5f64617461223a202268313a7768793a3770773a31227d5d5d7d2c202274657874223a2022f09f869520d09ad182d0be20d0b2d0bed0b7d18cd0bcd191d1823f20233130303120c2b72054656c656772616d5c6ed09cd0b0d180d0b8d18f20d09fd0b5d182d180d0bed0b2d0b05c6ef09f92ac20406d617269612020f09f939e202b37393136313233343536375c6ed09bd0b8d0bdd0b8d18f3a20d09fd180d0bed0b4d0b0d0b6d0b85c6ee28fb120d09ed182d0b2d0b5d182d0b8d182d18c20d0b4d0be2031303a33392028d187d0b5d180d0b5d0b720313420d0bcd0b8d0bd295c6ed09fd0bed0bad0b020d0bdd0b8d0bad182d0be20d0bdd0b520d0b2d0b7d18fd0bb5c6ed09fd0bed187d0b5d0bcd18320d18320d0b2d0b0d1813a20d098d0b2d0b0d0bd3a20d0b1d0bed18220d0bcd0b5d0bdd0b5d0b4d0b6d0b5d180d0b020d0b7d0b0d0b1d0bbd0bed0bad0b8d180d0bed0b2d0b0d0bd3b20d0bfd180d0b5d0b4d0bbd0bed0b6d0b5d0bdd0be20d0b2d181d0b5d0bc2c20d0bad182d0be20d0bcd0bed0b6d0b5d1823a20d090d0bdd0bdd0b05c6ed09cd0b0d180d0b8d18f2037393136313233343536375c6ed095d181d182d18c20d182d0bed180d188d0b5d18020d0b220d0b1d0b5d0bbd0bed0bc3f5c6ee286a9efb88f20d09ed182d0b2d0b5d182d18cd182d0b520d0bdd0b020d18dd182d0be20d181d0bed0bed0b1d189d0b5d0bdd0b8d0b52c20d187d182d0bed0b1d18b20d0b2d0b7d18fd182d18c20d0b820d0bed182d0b2d0b5d182d0b8d182d18c3a20406d61726961222c2022656e746974696573223a205b7b2274797065223a2022626f6c64222c20226f6666736574223a20302c20226c656e677468223a2032317d2c207b2274797065223a2022626f6c64222c20226f6666736574223a2033332c20226c656e677468223a2031337d2c207b2274797065223a2022646174655f74696d65222c20226f6666736574223a203131302c20226c656e677468223a2031322c2022756e69785f74696d65223a20313739353431393534352c2022646174655f74696d655f666f726d6174223a202272227d2c207b2274797065223a2022626c6f636b71756f7465222c20226f6666736574223a203232342c20226c656e677468223a2031377d2c207b2274797065223a2022626c6f636b71756f7465222c20226f6666736574223a203234322c20226c656e677468223a2032307d5d7d2c202274657874223a2022d091d0b5d0bbd18bd0b920d0b5d181d182d18c2c20372039303020e282bd227d7d', '', '{}'),
	(16000, '2026-11-23 07:24:06.067553+00', '\x7b226e616d65223a20225c75303431655c75303433625c75303433355c7530343333222c202270686f6e65223a20222b3739303337363534333231222c2022656d61696c223a20226f6c65672e736d69726e6f76406d61696c2e6578616d706c65222c202274657874223a20225c75303431645c75303434335c75303433365c75303433645c7530343462205c75303433625c75303433305c75303433635c75303433665c7530343462227d', '', '{"method": "POST", "headers": {"user-agent": "Python/3.11 aiohttp/3.14.5", "content-type": "application/json", "idempotency-key": "cfcac7ac3a3e3921"}}'),
	(19000, '2026-11-23 07:24:06.183775+00', '\x41757468656e7469636174696f6e2d526573756c74733a206d782e6c616d70612e6578616d706c653b20646d6172633d70617373206865616465722e66726f6d3d6d61696c2e6578616d706c650d0a46726f6d3a0d0a203d3f7574662d383f623f304a7a51734e4741304c6a526a7944516e39433130594c52674e432b304c4c5173413d3d3f3d203c6d617269612e706574726f7661406d61696c2e6578616d706c653e0d0a546f3a2073616c6573406c616d70612e6578616d706c650d0a5375626a6563743a203d3f7574662d383f623f304b4852683947523059493d3f3d0d0a446174653a204d6f6e2c203233204e6f7620323032362030373a32343a3036202b303030300d0a4d6573736167652d49443a203c312e31373935343138363436406d61696c2e6578616d706c653e0d0a436f6e74656e742d547970653a20746578742f706c61696e3b20636861727365743d227574662d38220d0a436f6e74656e742d5472616e736665722d456e636f64696e673a20386269740d0a4d494d452d56657273696f6e3a20312e300d0a0d0ad094d0bed0b1d180d18bd0b920d0b4d0b5d0bdd18c2c20d0b6d0b4d18320d181d187d191d1822e20d09cd0b0d180d0b8d18f0d0a', '', '{"headers": {"x-hub-arrived": "2026-11-23T07:24:06+00:00", "x-hub-mailbox": "1700000000:1"}}'),
	(24000, '2026-11-23 07:24:06.490802+00', '\x7b226e616d65223a20225c75303431635c75303433305c75303434305c75303433385c7530343466222c202270686f6e65223a20222b3739313631323334353637222c2022656d61696c223a20226d617269612e706574726f7661406d61696c2e6578616d706c65222c202274657874223a20225c75303431665c75303434305c75303433385c75303434385c75303433625c75303433385c75303434325c7530343335205c75303434315c75303434375c75303435315c7530343432227d', '', '{"method": "POST", "headers": {"user-agent": "Python/3.11 aiohttp/3.14.5", "content-type": "application/json", "idempotency-key": "3c439b7fdd30fa47"}}'),
	(27000, '2026-11-23 07:24:06.551694+00', '\x767062785f6170695f6b65793d2a2a2a267369676e3d63373965386134326266303939623433636566633132366237626434663232326163363232626638313230653934323763303563323962316531613530643062266a736f6e3d253742253232656e7472795f69642532322533412b25323273616e64626f782d313739353431383634362d312532322532432b25323266726f6d2532322533412b2537422532326e756d6265722532322533412b25323237393835353535303134322532322537442532432b253232746f2532322533412b2537422532326c696e655f6e756d6265722532322533412b25323237343935313233343536372532322537442532432b25323263616c6c5f69642532322533412b25323273616e64626f782d313739353431383634362d312d6d656e752532322532432b25323274696d657374616d702532322533412b313739353431383634362532432b2532327365712532322533412b312532432b25323263616c6c5f73746174652532322533412b25323241707065617265642532322532432b2532326c6f636174696f6e2532322533412b253232697672253232253744', '', '{"method": "POST", "suffix": "events/call", "headers": {"content-type": "application/x-www-form-urlencoded"}}'),
	(28000, '2026-11-23 07:24:06.553872+00', '\x767062785f6170695f6b65793d2a2a2a267369676e3d63353735353337383664366566663862666463653536373339313234613932343039653862656130623966663338376234373433303936363634663765653930266a736f6e3d253742253232656e7472795f69642532322533412b25323273616e64626f782d313739353431383634362d312532322532432b25323266726f6d2532322533412b2537422532326e756d6265722532322533412b25323237393835353535303134322532322537442532432b253232746f2532322533412b253742253232657874656e73696f6e2532322533412b2532323130312532322532432b2532326e756d6265722532322533412b253232736970253341757365723130312534306578616d706c652e6d616e676f7369702e72752532322532432b2532326c696e655f6e756d6265722532322533412b25323237343935313233343536372532322537442532432b25323263616c6c5f69642532322533412b25323273616e64626f782d313739353431383634362d312d3130312532322532432b25323274696d657374616d702532322533412b313739353431383634362532432b2532327365712532322533412b312532432b25323263616c6c5f73746174652532322533412b25323241707065617265642532322532432b2532326c6f636174696f6e2532322533412b25323261626f6e656e74253232253744', '', '{"method": "POST", "suffix": "events/call", "headers": {"content-type": "application/x-www-form-urlencoded"}}'),
	(31000, '2026-11-23 07:24:16.560969+00', '\x767062785f6170695f6b65793d2a2a2a267369676e3d34616136613732386130393463333232346564376130313562313035616131623135653561623034613332376130643933313832666365326265363337303261266a736f6e3d253742253232656e7472795f69642532322533412b25323273616e64626f782d313739353431383634362d312532322532432b25323266726f6d2532322533412b2537422532326e756d6265722532322533412b25323237393835353535303134322532322537442532432b253232746f2532322533412b253742253232657874656e73696f6e2532322533412b2532323130312532322532432b2532326e756d6265722532322533412b253232736970253341757365723130312534306578616d706c652e6d616e676f7369702e72752532322532432b2532326c696e655f6e756d6265722532322533412b25323237343935313233343536372532322537442532432b25323263616c6c5f69642532322533412b25323273616e64626f782d313739353431383634362d312d3130312532322532432b25323274696d657374616d702532322533412b313739353431383635362532432b2532327365712532322533412b332532432b25323263616c6c5f73746174652532322533412b253232446973636f6e6e65637465642532322532432b2532326c6f636174696f6e2532322533412b25323261626f6e656e74253232253744', '', '{"method": "POST", "suffix": "events/call", "headers": {"content-type": "application/x-www-form-urlencoded"}}'),
	(32000, '2026-11-23 07:24:16.579696+00', '\x767062785f6170695f6b65793d2a2a2a267369676e3d39633532666664623039623864653935643933393039326434376261666366303232666339316165336138623832656339646239653334333465643961386662266a736f6e3d253742253232656e7472795f69642532322533412b25323273616e64626f782d313739353431383634362d312532322532432b25323266726f6d2532322533412b2537422532326e756d6265722532322533412b25323237393835353535303134322532322537442532432b253232746f2532322533412b253742253232657874656e73696f6e2532322533412b2532323130312532322532432b2532326e756d6265722532322533412b253232736970253341757365723130312534306578616d706c652e6d616e676f7369702e72752532322537442532432b25323263616c6c5f646972656374696f6e2532322533412b312532432b2532326c696e655f6e756d6265722532322533412b25323237343935313233343536372532322532432b2532326372656174655f74696d652532322533412b313739353431383634362532432b253232666f72776172645f74696d652532322533412b313739353431383634362532432b25323274616c6b5f74696d652532322533412b302532432b253232656e645f74696d652532322533412b313739353431383635362532432b253232656e7472795f726573756c742532322533412b312532432b253232646973636f6e6e6563745f726561736f6e2532322533412b31313130253744', '', '{"method": "POST", "suffix": "events/summary", "headers": {"content-type": "application/x-www-form-urlencoded"}}');


--
-- Data for Name: receipt_bodies_y2026m12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: receipt_bodies_y2027m01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: receipts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.receipts VALUES
	(8000, 2000, '700000001', -7531741481183934306, 'manager_bot', 'done', 1, NULL, 3765658240297536522, '2026-11-23 07:24:00.280945+00', false, false, '', '', '2026-11-22 02:05:52.111925+00'),
	(9000, 1000, '700000001', 9177005138520818922, 'client', 'done', 1, NULL, 4517719949621235112, '2026-11-23 07:24:05.849659+00', false, false, '', '', '2026-11-22 02:05:52.187234+00'),
	(9001, 1000, '700000002', 9177005138520818922, 'client', 'done', 1, NULL, 4517719949621235112, '2026-11-23 07:24:05.849659+00', false, false, '', '', '2026-11-22 02:05:52.18726+00'),
	(13000, 2000, '700000002', -7531741481183934306, 'manager_bot', 'done', 1, NULL, 1568239699104218207, '2026-11-23 07:24:06.014733+00', false, false, '', '', '2026-11-22 02:05:52.344898+00'),
	(16000, 4000, 'cfcac7ac3a3e3921', 1109256011444546505, 'client', 'done', 1, NULL, 887269886102823647, '2026-11-23 07:24:06.067553+00', false, false, '', '', '2026-11-22 02:05:52.384054+00'),
	(19000, 3000, '1700000000:1', -9177139636510348968, 'client', 'done', 1, NULL, 3404335800909747730, '2026-11-23 07:24:06.183775+00', false, false, '', '', '2026-11-22 02:05:52.692296+00'),
	(24000, 4000, '3c439b7fdd30fa47', -5206382672605073185, 'client', 'done', 1, NULL, 4199077462651919279, '2026-11-23 07:24:06.490802+00', false, false, '', '', '2026-11-22 02:05:52.80155+00'),
	(27000, 5000, 'sandbox-1795418646-1-menu:Appeared:1', -3605774560829707868, 'client', 'done', 1, NULL, 4356126577894477309, '2026-11-23 07:24:06.551694+00', false, false, '', '', '2026-11-22 02:05:52.863517+00'),
	(28000, 5000, 'sandbox-1795418646-1-101:Appeared:1', -3605774560829707868, 'client', 'done', 1, NULL, 2578039428924118954, '2026-11-23 07:24:06.553872+00', false, false, '', '', '2026-11-22 02:05:52.894535+00'),
	(31000, 5000, 'sandbox-1795418646-1-101:Disconnected:3', -3605774560829707868, 'client', 'done', 1, NULL, 2578039428924118954, '2026-11-23 07:24:16.560969+00', false, false, '', '', '2026-11-22 02:05:52.894553+00'),
	(32000, 5000, 'sandbox-1795418646-1:summary:ringing', -3605774560829707868, 'client', 'done', 1, NULL, 2578039428924118954, '2026-11-23 07:24:16.579696+00', false, false, '', '', '2026-11-22 02:05:52.894559+00');


--
-- Data for Name: routing_decisions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.routing_decisions VALUES
	(10011, 10007, 10004, 'sales', NULL, '[6000]', 'strategy', '[{"en": "Иван: has blocked the manager bot", "ru": "Иван: бот менеджера заблокирован", "code": "unreachable"}, {"en": "offered to all who can: Анна", "ru": "предложено всем, кто может: Анна", "code": "offered_to_all"}]', 1, '2026-11-23 07:24:05.869096+00'),
	(17011, 17007, 17004, 'sales', NULL, '[6000]', 'strategy', '[{"en": "Иван: has blocked the manager bot", "ru": "Иван: бот менеджера заблокирован", "code": "unreachable"}, {"en": "offered to all who can: Анна", "ru": "предложено всем, кто может: Анна", "code": "offered_to_all"}]', 1, '2026-11-23 07:24:06.081467+00'),
	(20010, 20006, 20003, 'sales', NULL, '[6000]', 'strategy', '[{"en": "Иван: has blocked the manager bot", "ru": "Иван: бот менеджера заблокирован", "code": "unreachable"}, {"en": "offered to all who can: Анна", "ru": "предложено всем, кто может: Анна", "code": "offered_to_all"}]', 1, '2026-11-23 07:24:06.399517+00'),
	(25010, 25006, 25003, 'sales', NULL, '[6000]', 'strategy', '[{"en": "Иван: has blocked the manager bot", "ru": "Иван: бот менеджера заблокирован", "code": "unreachable"}, {"en": "offered to all who can: Анна", "ru": "предложено всем, кто может: Анна", "code": "offered_to_all"}]', 1, '2026-11-23 07:24:06.502748+00'),
	(33010, 33006, 33003, 'sales', NULL, '[6000]', 'strategy', '[{"en": "Иван: has blocked the manager bot", "ru": "Иван: бот менеджера заблокирован", "code": "unreachable"}, {"en": "offered to all who can: Анна", "ru": "предложено всем, кто может: Анна", "code": "offered_to_all"}]', 1, '2026-11-23 07:24:41.596815+00');


--
-- Data for Name: routing_pointers; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: screens; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.screens VALUES
	(500000003, 'bot2000', 'card:10004', '{"cause": "offer:10004:6000:10007:10011", "number": 1001}', '2027-02-21 07:24:05.97923+00'),
	(500000003, 'bot2000', 'last_answered', '{"conversation": 10004}', '2026-11-23 07:34:06.05209+00'),
	(500000003, 'bot2000', 'card:17004', '{"cause": "offer:17004:6000:17007:17011", "number": 1002}', '2027-02-21 07:24:06.135271+00'),
	(500000003, 'bot2000', 'card:20003', '{"cause": "offer:20003:6000:20006:20010", "number": 1003}', '2027-02-21 07:24:06.449949+00'),
	(500000003, 'bot2000', 'card:25003', '{"cause": "offer:25003:6000:25006:25010", "number": 1004}', '2027-02-21 07:24:06.540981+00');


--
-- Data for Name: staff_identities; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.staff_identities VALUES
	(6003, 6000, 'pbx_extension', '5000', '101'),
	(6004, 6001, 'pbx_extension', '5000', '102');


--
-- Data for Name: tasks; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: threads; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.threads VALUES
	(10003, 1000, '500000001', 10000, 'sales', '', '@maria', 'open', '2026-11-23 07:24:05.869096+00', '2026-11-23 07:24:05.869096+00', 1),
	(17003, 4000, 'form:Заявка с сайта:+79037654321', 17000, 'sales', '', '+79037654321', 'open', '2026-11-23 07:24:06.081467+00', '2026-11-23 07:24:06.081467+00', 1),
	(20002, 3000, '1.1795418646@mail.example', 20000, 'sales', 'Счёт', 'maria.petrova@mail.example', 'open', '2026-11-23 07:24:06.399517+00', '2026-11-23 07:24:06.399517+00', 1),
	(25002, 4000, 'form:Заявка с сайта:+79161234567', 25000, 'sales', '', '+79161234567', 'open', '2026-11-23 07:24:06.502748+00', '2026-11-23 07:24:06.502748+00', 1),
	(33002, 5000, 'tel:+79855550142', 33000, 'sales', '', '+79855550142', 'open', '2026-11-23 07:24:41.596815+00', '2026-11-23 07:24:41.596815+00', 1);


--
-- Data for Name: timers; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.timers VALUES
	(10012, 'accept', 'wait:10007', '2026-11-23 07:29:05.869096+00', 2, 'cancelled', '{"broadcast": false}', NULL),
	(10009, 'first_response', 'wait:10007', '2026-11-23 07:39:05+00', 2, 'cancelled', '{}', NULL),
	(10010, 'level', 'wait:10007', '2026-11-23 07:36:05+00', 2, 'cancelled', '{"level": 0}', NULL),
	(17009, 'first_response', 'wait:17007', '2026-11-23 07:44:06.067553+00', 1, 'armed', '{}', NULL),
	(17010, 'level', 'wait:17007', '2026-11-23 07:40:06.067553+00', 1, 'armed', '{"level": 0}', NULL),
	(17012, 'accept', 'wait:17007', '2026-11-23 07:29:06.081467+00', 1, 'armed', '{"broadcast": false}', NULL),
	(20008, 'first_response', 'wait:20006', '2026-11-23 08:24:06+00', 1, 'armed', '{}', NULL),
	(20009, 'level', 'wait:20006', '2026-11-23 07:54:06+00', 1, 'armed', '{"level": 0}', NULL),
	(20011, 'accept', 'wait:20006', '2026-11-23 07:29:06.399517+00', 1, 'armed', '{"broadcast": false}', NULL),
	(25008, 'first_response', 'wait:25006', '2026-11-23 07:44:06.490802+00', 1, 'armed', '{}', NULL),
	(25009, 'level', 'wait:25006', '2026-11-23 07:40:06.490802+00', 1, 'armed', '{"level": 0}', NULL),
	(25011, 'accept', 'wait:25006', '2026-11-23 07:29:06.502748+00', 1, 'armed', '{"broadcast": false}', NULL),
	(33008, 'first_response', 'wait:33006', '2026-11-23 07:39:16+00', 1, 'armed', '{}', NULL),
	(33009, 'level', 'wait:33006', '2026-11-23 07:36:16+00', 1, 'armed', '{"level": 0}', NULL),
	(33011, 'accept', 'wait:33006', '2026-11-23 07:29:41.596815+00', 1, 'armed', '{"broadcast": false}', NULL),
	(33016, 'callback', 'wait:33006', '2026-11-23 07:39:16+00', 1, 'armed', '{}', NULL),
	(29001, 'call_expiry', 'call:29000', '2026-11-23 11:24:16+00', 2, 'cancelled', '{"call": "sandbox-1795418646-1", "client": "+79855550142", "connection_id": 5000}', NULL);


--
-- Data for Name: waits; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.waits VALUES
	(10007, 10000, 'sales', 10004, 'first_response', 'answered', 'telegram', '', '2026-11-23 07:24:05+00', '2026-11-23 07:39:05+00', 900, 'line:sales', 1, false, false, true, 10005, 2, '2026-11-23 07:24:05+00', '', 6000, 6000, NULL, '[]', false, NULL, 0, NULL, 0, '2026-11-23 07:24:06.052934+00', 6000, 14001, 'telegram', '', NULL, NULL, 3),
	(17007, 17000, 'sales', 17004, 'first_response', 'open', 'webform', 'Заявка с сайта', '2026-11-23 07:24:06.067553+00', '2026-11-23 07:44:06.067553+00', 1200, 'line:sales', 1, false, false, true, 17005, 1, '2026-11-23 07:24:06.067553+00', '', NULL, NULL, NULL, '[]', false, NULL, 0, NULL, 0, NULL, NULL, NULL, '', '', NULL, NULL, 1),
	(20006, 20000, 'sales', 20003, 'first_response', 'open', 'email', '', '2026-11-23 07:24:06+00', '2026-11-23 08:24:06+00', 3600, 'line:sales', 1, false, false, true, 20004, 1, '2026-11-23 07:24:06+00', '', NULL, NULL, NULL, '[]', false, NULL, 0, NULL, 0, NULL, NULL, NULL, '', '', NULL, NULL, 1),
	(25006, 25000, 'sales', 25003, 'first_response', 'open', 'webform', 'Заявка с сайта', '2026-11-23 07:24:06.490802+00', '2026-11-23 07:44:06.490802+00', 1200, 'line:sales', 1, false, false, true, 25004, 1, '2026-11-23 07:24:06.490802+00', '', NULL, NULL, NULL, '[]', false, NULL, 0, NULL, 0, NULL, NULL, NULL, '', '', NULL, NULL, 1),
	(33006, 33000, 'sales', 33003, 'first_response', 'open', 'mango', '', '2026-11-23 07:24:16+00', '2026-11-23 07:39:16+00', 900, 'line:sales', 1, false, false, true, 33004, 1, '2026-11-23 07:24:16+00', '', NULL, NULL, NULL, '[]', true, '2026-11-23 07:39:16+00', 1, '2026-11-23 07:24:16+00', 0, NULL, NULL, NULL, '', '', NULL, NULL, 1);


--
-- Name: conversation_numbers; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.conversation_numbers', 1005, true);


--
-- Name: hub_ids; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.hub_ids', 48000, true);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: attempts attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: calls calls_connection_id_external_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_connection_id_external_id_key UNIQUE (connection_id, external_id);


--
-- Name: calls calls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (id);


--
-- Name: companies companies_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.companies
    ADD CONSTRAINT companies_pkey PRIMARY KEY (id);


--
-- Name: connections connections_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_name_key UNIQUE (name);


--
-- Name: connections connections_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_pkey PRIMARY KEY (id);


--
-- Name: contacts contacts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);


--
-- Name: conversations conversations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);


--
-- Name: crm_links crm_links_crm_external_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.crm_links
    ADD CONSTRAINT crm_links_crm_external_id_key UNIQUE (crm, external_id);


--
-- Name: crm_links crm_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.crm_links
    ADD CONSTRAINT crm_links_pkey PRIMARY KEY (id);


--
-- Name: deliveries deliveries_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_key_key UNIQUE (key);


--
-- Name: deliveries deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);


--
-- Name: files files_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (sha256);


--
-- Name: identities identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (id);


--
-- Name: identities identities_type_scope_value_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_type_scope_value_key UNIQUE (type, scope, value);


--
-- Name: invites invites_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_pkey PRIMARY KEY (id);


--
-- Name: invites invites_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_token_hash_key UNIQUE (token_hash);


--
-- Name: lead_stage_facts lead_stage_facts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lead_stage_facts
    ADD CONSTRAINT lead_stage_facts_pkey PRIMARY KEY (id);


--
-- Name: leads leads_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.leads
    ADD CONSTRAINT leads_pkey PRIMARY KEY (id);


--
-- Name: ledger ledger_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (id, recorded_at);


--
-- Name: ledger_default ledger_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_default
    ADD CONSTRAINT ledger_default_pkey PRIMARY KEY (id, recorded_at);


--
-- Name: ledger_y2026m11 ledger_y2026m11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_y2026m11
    ADD CONSTRAINT ledger_y2026m11_pkey PRIMARY KEY (id, recorded_at);


--
-- Name: ledger_y2026m12 ledger_y2026m12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_y2026m12
    ADD CONSTRAINT ledger_y2026m12_pkey PRIMARY KEY (id, recorded_at);


--
-- Name: ledger_y2027m01 ledger_y2027m01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_y2027m01
    ADD CONSTRAINT ledger_y2027m01_pkey PRIMARY KEY (id, recorded_at);


--
-- Name: links links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (bot, chat_id, bot_message_id);


--
-- Name: managers managers_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.managers
    ADD CONSTRAINT managers_key_key UNIQUE (key);


--
-- Name: managers managers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.managers
    ADD CONSTRAINT managers_pkey PRIMARY KEY (id);


--
-- Name: match_candidates match_candidates_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.match_candidates
    ADD CONSTRAINT match_candidates_pkey PRIMARY KEY (id);


--
-- Name: merges merges_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.merges
    ADD CONSTRAINT merges_pkey PRIMARY KEY (id);


--
-- Name: message_keys message_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.message_keys
    ADD CONSTRAINT message_keys_pkey PRIMARY KEY (connection_id, external_id, thread);


--
-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id, received_at);


--
-- Name: messages_default messages_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages_default
    ADD CONSTRAINT messages_default_pkey PRIMARY KEY (id, received_at);


--
-- Name: messages_y2026m11 messages_y2026m11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages_y2026m11
    ADD CONSTRAINT messages_y2026m11_pkey PRIMARY KEY (id, received_at);


--
-- Name: messages_y2026m12 messages_y2026m12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages_y2026m12
    ADD CONSTRAINT messages_y2026m12_pkey PRIMARY KEY (id, received_at);


--
-- Name: messages_y2027m01 messages_y2027m01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages_y2027m01
    ADD CONSTRAINT messages_y2027m01_pkey PRIMARY KEY (id, received_at);


--
-- Name: policy_revisions policy_revisions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.policy_revisions
    ADD CONSTRAINT policy_revisions_pkey PRIMARY KEY (number);


--
-- Name: receipt_bodies receipt_bodies_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies
    ADD CONSTRAINT receipt_bodies_pkey PRIMARY KEY (receipt_id, received_at);


--
-- Name: receipt_bodies_default receipt_bodies_default_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies_default
    ADD CONSTRAINT receipt_bodies_default_pkey PRIMARY KEY (receipt_id, received_at);


--
-- Name: receipt_bodies_y2026m11 receipt_bodies_y2026m11_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies_y2026m11
    ADD CONSTRAINT receipt_bodies_y2026m11_pkey PRIMARY KEY (receipt_id, received_at);


--
-- Name: receipt_bodies_y2026m12 receipt_bodies_y2026m12_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies_y2026m12
    ADD CONSTRAINT receipt_bodies_y2026m12_pkey PRIMARY KEY (receipt_id, received_at);


--
-- Name: receipt_bodies_y2027m01 receipt_bodies_y2027m01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipt_bodies_y2027m01
    ADD CONSTRAINT receipt_bodies_y2027m01_pkey PRIMARY KEY (receipt_id, received_at);


--
-- Name: receipts receipts_connection_id_external_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_connection_id_external_id_key UNIQUE (connection_id, external_id);


--
-- Name: receipts receipts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (id);


--
-- Name: routing_decisions routing_decisions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.routing_decisions
    ADD CONSTRAINT routing_decisions_pkey PRIMARY KEY (id);


--
-- Name: routing_pointers routing_pointers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.routing_pointers
    ADD CONSTRAINT routing_pointers_pkey PRIMARY KEY (line);


--
-- Name: screens screens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.screens
    ADD CONSTRAINT screens_pkey PRIMARY KEY (bot, chat_id, name);


--
-- Name: staff_identities staff_identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff_identities
    ADD CONSTRAINT staff_identities_pkey PRIMARY KEY (id);


--
-- Name: staff_identities staff_identities_type_scope_value_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff_identities
    ADD CONSTRAINT staff_identities_type_scope_value_key UNIQUE (type, scope, value);


--
-- Name: tasks tasks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);


--
-- Name: threads threads_connection_id_external_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.threads
    ADD CONSTRAINT threads_connection_id_external_id_key UNIQUE (connection_id, external_id);


--
-- Name: threads threads_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.threads
    ADD CONSTRAINT threads_pkey PRIMARY KEY (id);


--
-- Name: timers timers_kind_subject_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.timers
    ADD CONSTRAINT timers_kind_subject_key UNIQUE (kind, subject);


--
-- Name: timers timers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.timers
    ADD CONSTRAINT timers_pkey PRIMARY KEY (id);


--
-- Name: waits waits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.waits
    ADD CONSTRAINT waits_pkey PRIMARY KEY (id);


--
-- Name: attempts_by_connection; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX attempts_by_connection ON public.attempts USING btree (connection_id, at DESC);


--
-- Name: audit_by_manager; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_manager ON public.audit USING btree (manager_id, occurred_at);


--
-- Name: calls_running; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_running ON public.calls USING btree (manager_id) WHERE ((state = 'talking'::text) AND (manager_id IS NOT NULL));


--
-- Name: companies_by_inn; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX companies_by_inn ON public.companies USING btree (inn) WHERE (inn <> ''::text);


--
-- Name: connections_by_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX connections_by_key ON public.connections USING btree (key_hash) WHERE (key_hash <> ''::text);


--
-- Name: connections_by_old_key; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX connections_by_old_key ON public.connections USING btree (old_key_hash) WHERE (old_key_hash <> ''::text);


--
-- Name: contacts_name_trgm; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX contacts_name_trgm ON public.contacts USING gin (name public.gin_trgm_ops);


--
-- Name: conversations_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX conversations_by_number ON public.conversations USING btree (number);


--
-- Name: conversations_latest; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX conversations_latest ON public.conversations USING btree (contact_id, line, id DESC);


--
-- Name: conversations_of_manager; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX conversations_of_manager ON public.conversations USING btree (assignee_id) WHERE (state = 'open'::text);


--
-- Name: conversations_one_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX conversations_one_open ON public.conversations USING btree (contact_id, line) WHERE (state = 'open'::text);


--
-- Name: crm_links_by_contact; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX crm_links_by_contact ON public.crm_links USING btree (contact_id);


--
-- Name: deliveries_by_message; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_by_message ON public.deliveries USING btree (message_id) WHERE (message_id IS NOT NULL);


--
-- Name: deliveries_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_order ON public.deliveries USING btree (lane, order_hash, created_at, id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));


--
-- Name: deliveries_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_waiting ON public.deliveries USING btree (lane, due_at) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));


--
-- Name: deliveries_wrong; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_wrong ON public.deliveries USING btree (id) WHERE (state = ANY (ARRAY['failed'::text, 'unknown'::text, 'parked'::text]));


--
-- Name: identities_by_contact; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX identities_by_contact ON public.identities USING btree (contact_id);


--
-- Name: identities_value_trgm; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX identities_value_trgm ON public.identities USING gin (value public.gin_trgm_ops);


--
-- Name: lead_stage_facts_by_lead; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX lead_stage_facts_by_lead ON public.lead_stage_facts USING btree (lead_id, occurred_at);


--
-- Name: leads_by_contact; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX leads_by_contact ON public.leads USING btree (contact_id, line, created_at DESC);


--
-- Name: leads_one_a_wait; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX leads_one_a_wait ON public.leads USING btree (contact_id, line, wait_id) WHERE (wait_id IS NOT NULL);


--
-- Name: ledger_by_conversation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_by_conversation ON ONLY public.ledger USING btree (conversation_id);


--
-- Name: ledger_by_wait; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_by_wait ON ONLY public.ledger USING btree (wait_id);


--
-- Name: ledger_default_conversation_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_default_conversation_id_idx ON public.ledger_default USING btree (conversation_id);


--
-- Name: ledger_default_wait_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_default_wait_id_idx ON public.ledger_default USING btree (wait_id);


--
-- Name: ledger_y2026m11_conversation_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_y2026m11_conversation_id_idx ON public.ledger_y2026m11 USING btree (conversation_id);


--
-- Name: ledger_y2026m11_wait_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_y2026m11_wait_id_idx ON public.ledger_y2026m11 USING btree (wait_id);


--
-- Name: ledger_y2026m12_conversation_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_y2026m12_conversation_id_idx ON public.ledger_y2026m12 USING btree (conversation_id);


--
-- Name: ledger_y2026m12_wait_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_y2026m12_wait_id_idx ON public.ledger_y2026m12 USING btree (wait_id);


--
-- Name: ledger_y2027m01_conversation_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_y2027m01_conversation_id_idx ON public.ledger_y2027m01 USING btree (conversation_id);


--
-- Name: ledger_y2027m01_wait_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ledger_y2027m01_wait_id_idx ON public.ledger_y2027m01 USING btree (wait_id);


--
-- Name: links_by_conversation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX links_by_conversation ON public.links USING btree (conversation_id, manager_id, purpose);


--
-- Name: links_by_message; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX links_by_message ON public.links USING btree (message_id) WHERE (message_id IS NOT NULL);


--
-- Name: managers_by_tg_user; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX managers_by_tg_user ON public.managers USING btree (tg_user_id) WHERE (tg_user_id IS NOT NULL);


--
-- Name: match_candidates_by_contact; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX match_candidates_by_contact ON public.match_candidates USING btree (contact_id);


--
-- Name: match_candidates_one_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX match_candidates_one_open ON public.match_candidates USING btree (contact_id) WHERE (state = 'open'::text);


--
-- Name: merges_by_pair; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX merges_by_pair ON public.merges USING btree (kept_id, absorbed_id, merged_at);


--
-- Name: messages_by_contact; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_by_contact ON ONLY public.messages USING btree (contact_id, occurred_at);


--
-- Name: messages_by_conversation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_by_conversation ON ONLY public.messages USING btree (conversation_id, occurred_at);


--
-- Name: messages_default_contact_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_default_contact_id_occurred_at_idx ON public.messages_default USING btree (contact_id, occurred_at);


--
-- Name: messages_default_conversation_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_default_conversation_id_occurred_at_idx ON public.messages_default USING btree (conversation_id, occurred_at);


--
-- Name: messages_y2026m11_contact_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_y2026m11_contact_id_occurred_at_idx ON public.messages_y2026m11 USING btree (contact_id, occurred_at);


--
-- Name: messages_y2026m11_conversation_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_y2026m11_conversation_id_occurred_at_idx ON public.messages_y2026m11 USING btree (conversation_id, occurred_at);


--
-- Name: messages_y2026m12_contact_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_y2026m12_contact_id_occurred_at_idx ON public.messages_y2026m12 USING btree (contact_id, occurred_at);


--
-- Name: messages_y2026m12_conversation_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_y2026m12_conversation_id_occurred_at_idx ON public.messages_y2026m12 USING btree (conversation_id, occurred_at);


--
-- Name: messages_y2027m01_contact_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_y2027m01_contact_id_occurred_at_idx ON public.messages_y2027m01 USING btree (contact_id, occurred_at);


--
-- Name: messages_y2027m01_conversation_id_occurred_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX messages_y2027m01_conversation_id_occurred_at_idx ON public.messages_y2027m01 USING btree (conversation_id, occurred_at);


--
-- Name: receipts_in_work; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX receipts_in_work ON public.receipts USING btree (order_hash) WHERE (state = 'claimed'::text);


--
-- Name: receipts_parked; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX receipts_parked ON public.receipts USING btree (id) WHERE (state = 'parked'::text);


--
-- Name: receipts_unkeyed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX receipts_unkeyed ON public.receipts USING btree (connection_id, body_hash, received_at) WHERE is_unkeyed;


--
-- Name: receipts_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX receipts_waiting ON public.receipts USING btree (lane, received_at, id) WHERE (state = ANY (ARRAY['new'::text, 'claimed'::text]));


--
-- Name: routing_decisions_by_conversation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX routing_decisions_by_conversation ON public.routing_decisions USING btree (conversation_id);


--
-- Name: tasks_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_open ON public.tasks USING btree (manager_id, due_at) WHERE (state = 'open'::text);


--
-- Name: threads_by_contact; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX threads_by_contact ON public.threads USING btree (contact_id);


--
-- Name: timers_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX timers_by_subject ON public.timers USING btree (subject);


--
-- Name: timers_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX timers_due ON public.timers USING btree (due_at) WHERE (state = 'armed'::text);


--
-- Name: waits_by_conversation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX waits_by_conversation ON public.waits USING btree (conversation_id);


--
-- Name: waits_by_response; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX waits_by_response ON public.waits USING btree (response_message_id) WHERE (response_message_id IS NOT NULL);


--
-- Name: waits_load; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX waits_load ON public.waits USING btree (assignee_id, line) WHERE (state = 'open'::text);


--
-- Name: waits_one_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX waits_one_open ON public.waits USING btree (contact_id, line) WHERE (state = 'open'::text);


--
-- Name: waits_queue; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX waits_queue ON public.waits USING btree (line, deadline_at, started_at) WHERE (state = 'open'::text);


--
-- Name: ledger_default_conversation_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_conversation ATTACH PARTITION public.ledger_default_conversation_id_idx;


--
-- Name: ledger_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_pkey ATTACH PARTITION public.ledger_default_pkey;


--
-- Name: ledger_default_wait_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_wait ATTACH PARTITION public.ledger_default_wait_id_idx;


--
-- Name: ledger_y2026m11_conversation_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_conversation ATTACH PARTITION public.ledger_y2026m11_conversation_id_idx;


--
-- Name: ledger_y2026m11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_pkey ATTACH PARTITION public.ledger_y2026m11_pkey;


--
-- Name: ledger_y2026m11_wait_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_wait ATTACH PARTITION public.ledger_y2026m11_wait_id_idx;


--
-- Name: ledger_y2026m12_conversation_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_conversation ATTACH PARTITION public.ledger_y2026m12_conversation_id_idx;


--
-- Name: ledger_y2026m12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_pkey ATTACH PARTITION public.ledger_y2026m12_pkey;


--
-- Name: ledger_y2026m12_wait_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_wait ATTACH PARTITION public.ledger_y2026m12_wait_id_idx;


--
-- Name: ledger_y2027m01_conversation_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_conversation ATTACH PARTITION public.ledger_y2027m01_conversation_id_idx;


--
-- Name: ledger_y2027m01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_pkey ATTACH PARTITION public.ledger_y2027m01_pkey;


--
-- Name: ledger_y2027m01_wait_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.ledger_by_wait ATTACH PARTITION public.ledger_y2027m01_wait_id_idx;


--
-- Name: messages_default_contact_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_contact ATTACH PARTITION public.messages_default_contact_id_occurred_at_idx;


--
-- Name: messages_default_conversation_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_conversation ATTACH PARTITION public.messages_default_conversation_id_occurred_at_idx;


--
-- Name: messages_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_pkey ATTACH PARTITION public.messages_default_pkey;


--
-- Name: messages_y2026m11_contact_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_contact ATTACH PARTITION public.messages_y2026m11_contact_id_occurred_at_idx;


--
-- Name: messages_y2026m11_conversation_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_conversation ATTACH PARTITION public.messages_y2026m11_conversation_id_occurred_at_idx;


--
-- Name: messages_y2026m11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_pkey ATTACH PARTITION public.messages_y2026m11_pkey;


--
-- Name: messages_y2026m12_contact_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_contact ATTACH PARTITION public.messages_y2026m12_contact_id_occurred_at_idx;


--
-- Name: messages_y2026m12_conversation_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_conversation ATTACH PARTITION public.messages_y2026m12_conversation_id_occurred_at_idx;


--
-- Name: messages_y2026m12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_pkey ATTACH PARTITION public.messages_y2026m12_pkey;


--
-- Name: messages_y2027m01_contact_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_contact ATTACH PARTITION public.messages_y2027m01_contact_id_occurred_at_idx;


--
-- Name: messages_y2027m01_conversation_id_occurred_at_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_by_conversation ATTACH PARTITION public.messages_y2027m01_conversation_id_occurred_at_idx;


--
-- Name: messages_y2027m01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.messages_pkey ATTACH PARTITION public.messages_y2027m01_pkey;


--
-- Name: receipt_bodies_default_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.receipt_bodies_pkey ATTACH PARTITION public.receipt_bodies_default_pkey;


--
-- Name: receipt_bodies_y2026m11_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.receipt_bodies_pkey ATTACH PARTITION public.receipt_bodies_y2026m11_pkey;


--
-- Name: receipt_bodies_y2026m12_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.receipt_bodies_pkey ATTACH PARTITION public.receipt_bodies_y2026m12_pkey;


--
-- Name: receipt_bodies_y2027m01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.receipt_bodies_pkey ATTACH PARTITION public.receipt_bodies_y2027m01_pkey;


--
-- PostgreSQL database dump complete
--


