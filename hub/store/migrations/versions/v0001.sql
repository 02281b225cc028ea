CREATE SEQUENCE hub_ids INCREMENT BY 1000 START WITH 1000;

CREATE SEQUENCE conversation_numbers START WITH 1001;

CREATE TABLE connections (
	id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	line TEXT DEFAULT '' NOT NULL, 
	settings_encrypted BYTEA NOT NULL, 
	key_hash TEXT DEFAULT '' NOT NULL, 
	old_key_hash TEXT DEFAULT '' NOT NULL, 
	key_encrypted BYTEA, 
	state TEXT DEFAULT 'active' NOT NULL, 
	state_reason TEXT DEFAULT '' NOT NULL, 
	state_at TIMESTAMP WITH TIME ZONE, 
	cursor JSONB DEFAULT '{}' NOT NULL, 
	last_success_at TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);

CREATE UNIQUE INDEX connections_by_key ON connections (key_hash) WHERE key_hash <> '';

CREATE INDEX connections_by_old_key ON connections (old_key_hash) WHERE old_key_hash <> '';

CREATE TABLE attempts (
	id BIGINT NOT NULL, 
	connection_id BIGINT NOT NULL, 
	at TIMESTAMP WITH TIME ZONE NOT NULL, 
	remote TEXT DEFAULT '' NOT NULL, 
	verdict TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	shape JSONB DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX attempts_by_connection ON attempts (connection_id, at DESC);

CREATE TABLE receipts (
	id BIGINT NOT NULL, 
	connection_id BIGINT NOT NULL, 
	external_id TEXT NOT NULL, 
	order_hash BIGINT NOT NULL, 
	lane TEXT DEFAULT 'client' NOT NULL, 
	state TEXT DEFAULT 'new' NOT NULL, 
	attempt INTEGER DEFAULT 0 NOT NULL, 
	lease_until TIMESTAMP WITH TIME ZONE, 
	token BIGINT DEFAULT 0 NOT NULL, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	is_unkeyed BOOLEAN DEFAULT false NOT NULL, 
	is_history BOOLEAN DEFAULT false NOT NULL, 
	body_hash TEXT DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	finished_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id), 
	UNIQUE (connection_id, external_id)
);

CREATE INDEX receipts_waiting ON receipts (lane, received_at, id) WHERE state IN ('new', 'claimed');

CREATE INDEX receipts_unkeyed ON receipts (connection_id, body_hash, received_at) WHERE is_unkeyed;

CREATE INDEX receipts_in_work ON receipts (order_hash) WHERE state = 'claimed';

CREATE INDEX receipts_parked ON receipts (id) WHERE state = 'parked';

CREATE TABLE receipt_bodies (
	receipt_id BIGINT NOT NULL, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	body BYTEA, 
	file_sha256 TEXT DEFAULT '' NOT NULL, 
	head JSONB DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (receipt_id, received_at)
)
 PARTITION BY RANGE (received_at);

CREATE TABLE companies (
	id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	inn TEXT DEFAULT '' NOT NULL, 
	domains JSONB DEFAULT '[]' NOT NULL, 
	phones JSONB DEFAULT '[]' NOT NULL, 
	owner_id BIGINT, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX companies_by_inn ON companies (inn) WHERE inn <> '';

CREATE TABLE contacts (
	id BIGINT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	language TEXT DEFAULT '' NOT NULL, 
	company_id BIGINT, 
	is_provisional BOOLEAN DEFAULT false NOT NULL, 
	is_anonymous BOOLEAN DEFAULT false NOT NULL, 
	is_blocked BOOLEAN DEFAULT false NOT NULL, 
	merged_into BIGINT, 
	crm_owner_id BIGINT, 
	fields JSONB DEFAULT '{}' NOT NULL, 
	tags JSONB DEFAULT '[]' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE identities (
	id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	type TEXT NOT NULL, 
	scope TEXT DEFAULT '' NOT NULL, 
	value TEXT NOT NULL, 
	original TEXT DEFAULT '' NOT NULL, 
	level TEXT NOT NULL, 
	is_shared BOOLEAN DEFAULT false NOT NULL, 
	evidence TEXT DEFAULT '' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (type, scope, value)
);

CREATE INDEX identities_by_contact ON identities (contact_id);

CREATE TABLE managers (
	id BIGINT NOT NULL, 
	key TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT DEFAULT 'manager' NOT NULL, 
	is_active BOOLEAN DEFAULT false NOT NULL, 
	language TEXT DEFAULT 'ru' NOT NULL, 
	presence TEXT DEFAULT 'schedule' NOT NULL, 
	presence_until TIMESTAMP WITH TIME ZONE, 
	tg_user_id BIGINT, 
	is_reachable BOOLEAN DEFAULT false NOT NULL, 
	last_assigned_at TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	left_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id), 
	UNIQUE (key)
);

CREATE UNIQUE INDEX managers_by_tg_user ON managers (tg_user_id) WHERE tg_user_id IS NOT NULL;

CREATE TABLE staff_identities (
	id BIGINT NOT NULL, 
	manager_id BIGINT NOT NULL, 
	type TEXT NOT NULL, 
	scope TEXT DEFAULT '' NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (type, scope, value)
);

CREATE TABLE invites (
	id BIGINT NOT NULL, 
	token_hash TEXT NOT NULL, 
	manager_id BIGINT NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	used_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id), 
	UNIQUE (token_hash)
);

CREATE TABLE threads (
	id BIGINT NOT NULL, 
	connection_id BIGINT NOT NULL, 
	external_id TEXT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	address TEXT DEFAULT '' NOT NULL, 
	reach TEXT DEFAULT 'open' NOT NULL, 
	last_inbound_at TIMESTAMP WITH TIME ZONE, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (connection_id, external_id)
);

CREATE INDEX threads_by_contact ON threads (contact_id);

CREATE TABLE conversations (
	id BIGINT NOT NULL, 
	number BIGINT DEFAULT nextval('conversation_numbers') NOT NULL, 
	contact_id BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	assignee_id BIGINT, 
	transfer_to BIGINT, 
	offered_to JSONB DEFAULT '[]' NOT NULL, 
	reply_thread_id BIGINT, 
	subject TEXT DEFAULT '' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	closed_at TIMESTAMP WITH TIME ZONE, 
	outcome TEXT DEFAULT '' NOT NULL, 
	outcome_note TEXT DEFAULT '' NOT NULL, 
	snoozed_until TIMESTAMP WITH TIME ZONE, 
	last_message_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	last_response_at TIMESTAMP WITH TIME ZONE, 
	last_responder_id BIGINT, 
	welcomed_at TIMESTAMP WITH TIME ZONE, 
	out_of_hours_at TIMESTAMP WITH TIME ZONE, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX conversations_one_open ON conversations (contact_id, line) WHERE state = 'open';

CREATE INDEX conversations_latest ON conversations (contact_id, line, id DESC);

CREATE INDEX conversations_of_manager ON conversations (assignee_id) WHERE state = 'open';

CREATE UNIQUE INDEX conversations_by_number ON conversations (number);

CREATE TABLE messages (
	id BIGINT NOT NULL, 
	contact_id BIGINT, 
	conversation_id BIGINT, 
	thread_id BIGINT, 
	direction TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	author TEXT NOT NULL, 
	manager_id BIGINT, 
	identity_id BIGINT, 
	external_id TEXT DEFAULT '' NOT NULL, 
	reply_to BIGINT, 
	group_key TEXT DEFAULT '' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	html TEXT DEFAULT '' NOT NULL, 
	visible_length INTEGER DEFAULT -1 NOT NULL, 
	automatic TEXT DEFAULT '' NOT NULL, 
	fields JSONB DEFAULT '[]' NOT NULL, 
	attachments JSONB DEFAULT '[]' NOT NULL, 
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	edited_at TIMESTAMP WITH TIME ZONE, 
	deleted_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id, received_at)
)
 PARTITION BY RANGE (received_at);

CREATE INDEX messages_by_conversation ON messages (conversation_id, occurred_at);

CREATE INDEX messages_by_contact ON messages (contact_id, occurred_at);

CREATE TABLE message_keys (
	connection_id BIGINT NOT NULL, 
	thread TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	message_id BIGINT NOT NULL, 
	thread_id BIGINT, 
	conversation_id BIGINT, 
	contact_id BIGINT, 
	direction TEXT NOT NULL, 
	received_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (connection_id, external_id, thread)
);

CREATE TABLE waits (
	id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	conversation_id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	channel TEXT NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	deadline_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	target_seconds INTEGER NOT NULL, 
	policy_id TEXT NOT NULL, 
	policy_revision INTEGER NOT NULL, 
	has_no_open_time BOOLEAN DEFAULT false NOT NULL, 
	is_late_delivery BOOLEAN DEFAULT false NOT NULL, 
	is_counted BOOLEAN DEFAULT false NOT NULL, 
	request_message_id BIGINT, 
	requests INTEGER DEFAULT 0 NOT NULL, 
	last_request_at TIMESTAMP WITH TIME ZONE, 
	last_group TEXT DEFAULT '' NOT NULL, 
	assignee_id BIGINT, 
	assignee_at_start BIGINT, 
	assignee_at_deadline BIGINT, 
	declined JSONB DEFAULT '[]' NOT NULL, 
	needs_callback BOOLEAN DEFAULT false NOT NULL, 
	callback_due_at TIMESTAMP WITH TIME ZONE, 
	missed_calls INTEGER DEFAULT 0 NOT NULL, 
	last_missed_at TIMESTAMP WITH TIME ZONE, 
	call_attempts INTEGER DEFAULT 0 NOT NULL, 
	ended_at TIMESTAMP WITH TIME ZONE, 
	responder_id BIGINT, 
	response_message_id BIGINT, 
	response_channel TEXT DEFAULT '' NOT NULL, 
	result_note TEXT DEFAULT '' NOT NULL, 
	breached_at TIMESTAMP WITH TIME ZONE, 
	joined_into BIGINT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX waits_by_response ON waits (response_message_id) WHERE response_message_id IS NOT NULL;

CREATE INDEX waits_by_conversation ON waits (conversation_id);

CREATE INDEX waits_queue ON waits (line, deadline_at, started_at) WHERE state = 'open';

CREATE UNIQUE INDEX waits_one_open ON waits (contact_id, line) WHERE state = 'open';

CREATE INDEX waits_load ON waits (assignee_id, line) WHERE state = 'open';

CREATE TABLE ledger (
	id BIGINT NOT NULL, 
	wait_id BIGINT, 
	conversation_id BIGINT, 
	contact_id BIGINT, 
	line TEXT DEFAULT '' NOT NULL, 
	kind TEXT NOT NULL, 
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	actor TEXT NOT NULL, 
	manager_id BIGINT, 
	cause TEXT DEFAULT '' NOT NULL, 
	facts JSONB DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id, recorded_at)
)
 PARTITION BY RANGE (recorded_at);

CREATE INDEX ledger_by_conversation ON ledger (conversation_id);

CREATE INDEX ledger_by_wait ON ledger (wait_id);

CREATE TABLE timers (
	id BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	epoch INTEGER DEFAULT 1 NOT NULL, 
	state TEXT DEFAULT 'armed' NOT NULL, 
	facts JSONB DEFAULT '{}' NOT NULL, 
	fired_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id), 
	UNIQUE (kind, subject)
);

CREATE INDEX timers_by_subject ON timers (subject);

CREATE INDEX timers_due ON timers (due_at) WHERE state = 'armed';

CREATE TABLE routing_decisions (
	id BIGINT NOT NULL, 
	wait_id BIGINT, 
	conversation_id BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	assignee_id BIGINT, 
	offered_to JSONB DEFAULT '[]' NOT NULL, 
	step TEXT NOT NULL, 
	reasons JSONB DEFAULT '[]' NOT NULL, 
	policy_revision INTEGER NOT NULL, 
	decided_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX routing_decisions_by_conversation ON routing_decisions (conversation_id);

CREATE TABLE routing_pointers (
	line TEXT NOT NULL, 
	manager_id BIGINT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (line)
);

CREATE TABLE calls (
	id BIGINT NOT NULL, 
	connection_id BIGINT NOT NULL, 
	external_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	contact_id BIGINT, 
	conversation_id BIGINT, 
	wait_id BIGINT, 
	message_id BIGINT, 
	manager_id BIGINT, 
	events JSONB DEFAULT '[]' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (connection_id, external_id)
);

CREATE INDEX calls_running ON calls (manager_id) WHERE state = 'talking' AND manager_id IS NOT NULL;

CREATE TABLE leads (
	id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	line TEXT NOT NULL, 
	wait_id BIGINT, 
	conversation_id BIGINT, 
	stage TEXT DEFAULT 'new' NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	channel TEXT DEFAULT '' NOT NULL, 
	origin JSONB DEFAULT '{}' NOT NULL, 
	first_message_id BIGINT, 
	responsible_id BIGINT, 
	loss_reason TEXT DEFAULT '' NOT NULL, 
	amount TEXT DEFAULT '' NOT NULL, 
	fields JSONB DEFAULT '{}' NOT NULL, 
	tags JSONB DEFAULT '[]' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	stage_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	closed_at TIMESTAMP WITH TIME ZONE, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX leads_one_a_wait ON leads (contact_id, line, wait_id) WHERE wait_id IS NOT NULL;

CREATE INDEX leads_by_contact ON leads (contact_id, line, created_at DESC);

CREATE TABLE lead_stage_facts (
	id BIGINT NOT NULL, 
	lead_id BIGINT NOT NULL, 
	from_stage TEXT DEFAULT '' NOT NULL, 
	to_stage TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	manager_id BIGINT, 
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX lead_stage_facts_by_lead ON lead_stage_facts (lead_id, occurred_at);

CREATE TABLE tasks (
	id BIGINT NOT NULL, 
	what TEXT NOT NULL, 
	manager_id BIGINT, 
	contact_id BIGINT, 
	lead_id BIGINT, 
	conversation_id BIGINT, 
	due_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	cause TEXT NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	result TEXT DEFAULT '' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	done_at TIMESTAMP WITH TIME ZONE, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX tasks_open ON tasks (manager_id, due_at) WHERE state = 'open';

CREATE TABLE match_candidates (
	id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	candidates JSONB DEFAULT '[]' NOT NULL, 
	reasons JSONB DEFAULT '[]' NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	decided_by BIGINT, 
	decided_at TIMESTAMP WITH TIME ZONE, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX match_candidates_one_open ON match_candidates (contact_id) WHERE state = 'open';

CREATE INDEX match_candidates_by_contact ON match_candidates (contact_id);

CREATE TABLE merges (
	id BIGINT NOT NULL, 
	kept_id BIGINT NOT NULL, 
	absorbed_id BIGINT NOT NULL, 
	map JSONB DEFAULT '{}' NOT NULL, 
	manager_id BIGINT, 
	merged_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	undone_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id)
);

CREATE INDEX merges_by_pair ON merges (kept_id, absorbed_id, merged_at);

CREATE TABLE deliveries (
	id BIGINT NOT NULL, 
	lane TEXT NOT NULL, 
	order_hash BIGINT NOT NULL, 
	key TEXT NOT NULL, 
	state TEXT DEFAULT 'queued' NOT NULL, 
	attempt INTEGER DEFAULT 0 NOT NULL, 
	due_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	lease_until TIMESTAMP WITH TIME ZONE, 
	token BIGINT DEFAULT 0 NOT NULL, 
	payload JSONB DEFAULT '{}' NOT NULL, 
	connection_id BIGINT, 
	conversation_id BIGINT, 
	message_id BIGINT, 
	manager_id BIGINT, 
	part INTEGER DEFAULT 0 NOT NULL, 
	external_ids JSONB DEFAULT '[]' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	first_attempt_at TIMESTAMP WITH TIME ZONE, 
	finished_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (id), 
	UNIQUE (key)
);

CREATE INDEX deliveries_waiting ON deliveries (lane, due_at) WHERE state IN ('queued', 'sending');

CREATE INDEX deliveries_wrong ON deliveries (id) WHERE state IN ('failed', 'unknown', 'parked');

CREATE INDEX deliveries_order ON deliveries (lane, order_hash, created_at, id) WHERE state IN ('queued', 'sending');

CREATE INDEX deliveries_by_message ON deliveries (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE links (
	bot TEXT NOT NULL, 
	chat_id BIGINT NOT NULL, 
	bot_message_id BIGINT NOT NULL, 
	conversation_id BIGINT NOT NULL, 
	message_id BIGINT, 
	manager_id BIGINT NOT NULL, 
	purpose TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (bot, chat_id, bot_message_id)
);

CREATE INDEX links_by_message ON links (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX links_by_conversation ON links (conversation_id, manager_id, purpose);

CREATE TABLE policy_revisions (
	number INTEGER NOT NULL, 
	document TEXT NOT NULL, 
	manager_id BIGINT, 
	comment TEXT DEFAULT '' NOT NULL, 
	applied_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (number)
);

CREATE TABLE files (
	sha256 TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (sha256)
);

CREATE TABLE audit (
	id BIGINT NOT NULL, 
	manager_id BIGINT, 
	action TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	facts JSONB DEFAULT '{}' NOT NULL, 
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX audit_by_manager ON audit (manager_id, occurred_at);

CREATE TABLE crm_links (
	id BIGINT NOT NULL, 
	contact_id BIGINT NOT NULL, 
	crm TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (crm, external_id)
);

CREATE INDEX crm_links_by_contact ON crm_links (contact_id);

CREATE TABLE screens (
	chat_id BIGINT NOT NULL, 
	bot TEXT NOT NULL, 
	name TEXT NOT NULL, 
	facts JSONB DEFAULT '{}' NOT NULL, 
	expires_at TIMESTAMP WITH TIME ZONE, 
	PRIMARY KEY (bot, chat_id, name)
);

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX IF NOT EXISTS contacts_name_trgm ON contacts USING gin (name gin_trgm_ops);

CREATE INDEX IF NOT EXISTS identities_value_trgm ON identities USING gin (value gin_trgm_ops);

ALTER TABLE receipts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

ALTER TABLE waits SET (fillfactor = 80);

ALTER TABLE conversations SET (fillfactor = 80);

ALTER TABLE timers SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

