"""Any system of the business's own: signed webhooks out and in, by Standard Webhooks 1.0.0.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (read 2026-11-22).
`docs/crm-webhooks.md` is what the other side reads: the bodies are ours and stay as they stand there. A record's id is
our key until the receiver answers with its own; a repetition has the same webhook-id, and the receiver drops it. It
has no API to be asked, unless the business offers one address for questions (`lookup_url`): without it nobody can tell
what a record is now, so nothing comes back and the pair is one way. Signatures of the asymmetric scheme (`v1a`) are
not made.
"""

from hub.crm_sync.connectors.webhooks.connector import CHANNEL

__all__ = ["CHANNEL"]
