"""Folds: changes of a working set in memory, pure, repeatable, one module a noun of the work.

Use-cases (`hub.inbox`) combine them inside one transaction. What does not belong: SQL, awaits, rights, commits.
"""
