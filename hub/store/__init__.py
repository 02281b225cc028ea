"""Rows and files: the only room that knows SQL and the disk.

One module per aggregate holds its named statements; `schema` holds every table and every unique key that makes the hub
idempotent; `embedded`, `pool`, `migrate`, `files`, `secrets` and `backup` are the ground they stand on. What does not
belong: decisions (`hub.routing`, `hub.domain`), commits (use-cases commit), network calls. To add an aggregate, add its
tables to `schema` with a migration, and one module named after it in the plural.
"""
