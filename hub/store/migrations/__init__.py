"""Revisions of the schema, run by `hub.store.migrate`.

One file a revision in `versions/`, named `v<four digits>_<what>.py`, its revision id the digits, one straight line. A
revision changes the database so that the version before still runs beside it (expand first, contract a release later).
"""
