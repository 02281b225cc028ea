"""What reports need as facts: the order of a wait's ledger, and where a lead came from and how it ended.

Leads made before take what they know now into their first and last fact. Waits opened before do so into their opening
one, marked as filled in afterwards: reports count them, a verification cannot judge them.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_ORIGIN = """
UPDATE lead_stage_facts f SET facts = jsonb_build_object(
  'line', l.line, 'contact_id', l.contact_id, 'channel', l.channel, 'source', l.source, 'origin', l.origin)
FROM leads l WHERE l.id = f.lead_id AND f.from_stage = ''
"""
_END = """
UPDATE lead_stage_facts f SET facts = f.facts || jsonb_build_object('reason', l.loss_reason, 'amount', l.amount)
FROM leads l WHERE l.id = f.lead_id AND l.state <> 'open' AND f.to_stage = l.stage
"""
_OPENING = """
UPDATE ledger l SET facts = l.facts || jsonb_build_object(
  'backfilled', true, 'kind', w.kind, 'channel', w.channel, 'source', w.source, 'counted', w.is_counted,
  'assignee_id', w.assignee_at_start, 'assignee_at_start', w.assignee_at_start, 'started_at', w.started_at,
  'deadline_at', w.deadline_at, 'target_seconds', w.target_seconds, 'policy', w.policy_id,
  'revision', w.policy_revision, 'no_open_time', w.has_no_open_time, 'late_delivery', w.is_late_delivery,
  'message_id', w.request_message_id)
FROM waits w WHERE w.id = l.wait_id AND l.kind = 'wait_opened'
"""


def upgrade() -> None:
    """Add the columns and fill them from what is there."""
    op.execute("ALTER TABLE ledger ADD COLUMN wait_version integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE lead_stage_facts ADD COLUMN facts jsonb NOT NULL DEFAULT '{}'")
    op.execute(_ORIGIN)
    op.execute(_END)
    op.execute(_OPENING)
