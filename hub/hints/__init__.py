"""Hints: what makes the hub faster and never carries the truth. Twice: in this process, and over Redis.

Losing all of it loses nothing: a poll always runs beside every wake-up. What does not belong: events, timers, locks
that guard correctness. To add a hint, add its Protocol to `hub.domain.ports` and both implementations here.
"""
