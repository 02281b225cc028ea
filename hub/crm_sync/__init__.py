"""CRMs: cards, sales chances, messages, calls and tasks appear there without hands, and changes made there come back.

`base` is the contract of a connector, `connectors/` has one file a CRM. `push` brings a client's card over, `pull`
brings a record back, `compare` decides field by field who is right. What belongs to no CRM but to every client (rows,
folds, rights) is `hub.inbox` and `hub.store`. Nothing here runs inside intake: a CRM that is away delays nobody.

To add one: `connectors/<kind>.py` with `CHANNEL`, a test class that inherits `hub.testing.contracts.CrmContract`, a
fake at a socket in `hub.testing.crm`, one line in `docs/crm.md`. A package outside this tree names its class in the
entry point group `hub.crms`.
"""
