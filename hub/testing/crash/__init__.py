"""The crash harness: the real program in processes of its own, killed at any instant, and a world that keeps books.

`python -m hub.testing.crash --kills 60` (or `make crash`) prepares a business, lets clients and managers work, breaks
processes, database, Redis and connections by a seeded plan, waits until all is quiet by state, and judges. What the
world saw stands in ledgers (`ledger`), the hub's roles and servers are child processes (`processes`, `servers`), the
oracle joins both (`oracle`). Free of pytest. Nothing here needs the Internet.
"""
