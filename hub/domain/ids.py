"""Identifiers: one NewType a noun, so that a wait's id cannot be given where a contact's is wanted.

All integer ids come from one database sequence (`hub.store.worksets` reserves them in blocks). `LineKey` is the name a
line has in the policy document.
"""

from typing import NewType

ConnectionId = NewType("ConnectionId", int)
ReceiptId = NewType("ReceiptId", int)
ContactId = NewType("ContactId", int)
IdentityId = NewType("IdentityId", int)
CompanyId = NewType("CompanyId", int)
ThreadId = NewType("ThreadId", int)
ConversationId = NewType("ConversationId", int)
MessageId = NewType("MessageId", int)
WaitId = NewType("WaitId", int)
LeadId = NewType("LeadId", int)
CallId = NewType("CallId", int)
ManagerId = NewType("ManagerId", int)
DeliveryId = NewType("DeliveryId", int)
TimerId = NewType("TimerId", int)
LineKey = NewType("LineKey", str)
