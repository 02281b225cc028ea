"""Composition root: the only room that reads `hub.config`, builds every object once and binds rooms to each other.

`ground.py` is what everything stands on, `connections.py` the live adapters, `rules.py` the policy in force,
`office.py` the use-cases' office, `roles.py` what a process does. What does not belong: decisions, SQL, texts.
"""
