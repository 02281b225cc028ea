"""What happens after the commit: deliveries go out, due clocks fire, pollers fetch, stored receipts become work.

Everything here is a loop over rows that a use-case committed, so a process may die between any two lines. To add
a lane: a handler `ClaimedDelivery -> SendResult`, its plan in `retry.PLANS`, its place among the workers in `hub.app`.
Decisions do not belong here (`hub.inbox`, `hub.routing`), nor words of a provider (`hub.channels`).
"""
