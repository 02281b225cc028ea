"""Decisions: which line a request belongs to and who gets the client, with the reasons (semantics §11). Pure.

`conditions.py` compiles the conditions of rules, `document.py` reads and writes the policy document, `decide.py` walks
the pipeline, `strategies.py` picks among those who can take it, `reasons.py` words it all for people.

What does not belong: rows, locks, sending (`hub.inbox` and `hub.delivery` do what is decided here), values that others
need (`hub.domain.policy`, `hub.domain.facts`). One more strategy: a function in `strategies.py` and a test module; one
more condition: a class in `conditions.py`.
"""
