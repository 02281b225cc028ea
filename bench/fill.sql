-- What bench/fill.py writes: one INSERT a table, after a line that names it. $names are Python's string.Template.

-- contacts
INSERT INTO contacts (id, name, language, created_at)
SELECT 1000000000 + i, (string_to_array('$names', ' '))[(1 + i % $name_count)::int] || ' ' || (string_to_array('$stems', ' '))[(1 + (i / $name_count) % $stem_count)::int] || (string_to_array('$endings', ' '))[(1 + (i / 7) % $ending_count)::int], 'ru', $at
FROM generate_series(0::bigint, $clients - 1) AS i;

-- accounts
INSERT INTO identities (id, contact_id, type, value, original, level, created_at)
SELECT 2000000000 + i, 1000000000 + i, 'tg_user', ($first_client + i)::text, '', 'proven', $at
FROM generate_series(0::bigint, $clients - 1) AS i;

-- telephones
INSERT INTO identities (id, contact_id, type, value, original, level, created_at)
SELECT 3000000000 + i, 1000000000 + i, 'phone', '+79' || lpad((i * 123456791 % 1000000000)::text, 9, '0'), '',
  'claimed', $at FROM generate_series(0::bigint, $clients - 1) AS i;

-- mails
INSERT INTO identities (id, contact_id, type, value, original, level, created_at)
SELECT 11000000000 + i, 1000000000 + i, 'email', 'client' || i || '@example.com', '', 'proven', $at
FROM generate_series(0::bigint, $clients - 1, 2) AS i;

-- threads
INSERT INTO threads (id, connection_id, external_id, contact_id, line, created_at, last_inbound_at)
SELECT 4000000000 + i, $connection, ($first_client + i)::text, 1000000000 + i, 'sales', $at, $at
FROM generate_series(0::bigint, $clients - 1) AS i;

-- conversations
INSERT INTO conversations (id, contact_id, line, state, assignee_id, reply_thread_id, opened_at, closed_at, outcome,
  last_message_at, last_response_at, last_responder_id)
SELECT 5000000000 + i, 1000000000 + i, 'sales', CASE WHEN i % 500 = 499 THEN 'open' ELSE 'closed' END,
  $managers[(1 + i % $manager_count)::int], 4000000000 + i, $at, CASE WHEN i % 500 = 499 THEN NULL ELSE $at END,
  CASE WHEN i % 500 = 499 THEN '' ELSE 'solved' END, $at, $at, $managers[(1 + i % $manager_count)::int]
FROM generate_series(0::bigint, $clients - 1) AS i;

-- waits
INSERT INTO waits (id, contact_id, line, conversation_id, kind, state, channel, started_at, deadline_at, target_seconds,
  policy_id, policy_revision, assignee_id, ended_at, responder_id)
SELECT 6000000000 + i, 1000000000 + i, 'sales', 5000000000 + i, 'first_response',
  CASE WHEN i % 500 = 499 THEN 'open' ELSE 'answered' END, 'telegram', $at, $at + interval '15 minutes', 900,
  'line:sales', 1, $managers[(1 + i % $manager_count)::int], CASE WHEN i % 500 = 499 THEN NULL ELSE $at END, NULL
FROM generate_series(0::bigint, $clients - 1) AS i;

-- leads
INSERT INTO leads (id, contact_id, line, wait_id, conversation_id, stage, state, channel, created_at, stage_at, closed_at)
SELECT 7000000000 + i, 1000000000 + i, 'sales', 6000000000 + i, 5000000000 + i, 'won', 'won', 'telegram',
  $at, $at, $at FROM generate_series(0::bigint, $clients - 1) AS i;

-- timers
INSERT INTO timers (id, kind, subject, due_at, state)
SELECT 8000000000 + i, 'first_response', 'wait:' || (6000000000 + i), $at, 'cancelled'
FROM generate_series(0::bigint, $clients - 1) AS i;

-- decisions
INSERT INTO routing_decisions (id, wait_id, conversation_id, line, assignee_id, step, reasons, policy_revision, decided_at)
SELECT 9000000000 + i, 6000000000 + i, 5000000000 + i, 'sales', $managers[(1 + i % $manager_count)::int], 'strategy',
  '[{"code": "turn", "ru": "по очереди"}]', 1, $at FROM generate_series(0::bigint, $clients - 1) AS i;

-- ledger
INSERT INTO ledger (id, wait_id, conversation_id, contact_id, line, kind, occurred_at, recorded_at, actor, facts)
SELECT 20000000000 + i * 4 + j, 6000000000 + i, 5000000000 + i, 1000000000 + i, 'sales',
  (ARRAY['matched', 'assigned', 'taken', 'closed'])[(1 + j)::int], $at, $at, 'hub', '{"channel": "telegram", "seconds": 60}'
FROM generate_series(0::bigint, $clients - 1) AS i, generate_series(0, 3) AS j;

-- messages
INSERT INTO messages (id, contact_id, conversation_id, thread_id, direction, kind, author, text, external_id, occurred_at,
  received_at)
SELECT 10000000000 + i * $each + j, 1000000000 + i, 5000000000 + i, 4000000000 + i,
  CASE j % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END, 'text', CASE j % 2 WHEN 0 THEN 'client' ELSE 'person' END,
  (string_to_array('$words', ' '))[(1 + (i + j) % $word_count)::int] || ', ' || (string_to_array('$words', ' '))[(1 + (i / 16 + j) % $word_count)::int] || ' и ' || (string_to_array('$words', ' '))[(1 + (i / 250 + 3 * j) % $word_count)::int] || ' № ' || i,
  'old-' || i * $each + j, $at, $at FROM generate_series(0::bigint, $clients - 1) AS i, generate_series(0, $each - 1) AS j;

-- message_keys
INSERT INTO message_keys (connection_id, thread, external_id, message_id, thread_id, conversation_id, contact_id,
  direction, received_at)
SELECT $connection, ($first_client + i)::text, 'old-' || i * $each + j, 10000000000 + i * $each + j, 4000000000 + i,
  5000000000 + i, 1000000000 + i, CASE j % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END, $at
FROM generate_series(0::bigint, $clients - 1) AS i, generate_series(0, $each - 1) AS j;

-- receipts
INSERT INTO receipts (id, connection_id, external_id, order_hash, state, attempt, received_at, finished_at)
SELECT 30000000000 + i * $each + j, $connection, 'old-' || i * $each + j, i * 7919, 'done', 1, $at, $at
FROM generate_series(0::bigint, $clients - 1) AS i, generate_series(0, $each - 1, 2) AS j;

-- deliveries
INSERT INTO deliveries (id, lane, order_hash, key, state, attempt, due_at, payload, conversation_id, manager_id,
  created_at, finished_at)
SELECT 40000000000 + i, 'notify', i * 7919, 'old:' || i, 'sent', 1, $at, '{"notice": "new_lead"}',
  5000000000 + i, $managers[(1 + i % $manager_count)::int], $at, $at FROM generate_series(0::bigint, $clients - 1) AS i;
