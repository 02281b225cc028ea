"""The server's statistics of young tables.

A connection keeps the plans it made for a statement, and a server without statistics makes them for empty tables: it
reads whole indexes where a key would do, until it has analysed them (by default every minute). Whoever has just
installed or restored a hub and goes live meets exactly that minute.

Source: https://www.postgresql.org/docs/15/monitoring-stats.html, https://www.postgresql.org/docs/15/sql-analyze.html
(read 2026-11-22).
"""

import asyncpg

_OUTGROWN = """
SELECT format('%I.%I', s.schemaname, s.relname) AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.schemaname = current_schema() AND pg_has_role(c.relowner, 'USAGE')
  AND s.n_live_tup >= 500 AND s.n_live_tup > 2 * greatest(c.reltuples, 0) ORDER BY 1
"""


async def analyze_outgrown(connection: asyncpg.Connection) -> list[str]:
    """Analyse each table that has more than doubled since the server last counted it; return their names.

    Statements over them are planned anew then. A table is analysed a few times in its life; one of others is left alone.
    Must run outside a transaction; each table is committed by itself.
    """
    names = [row["name"] for row in await connection.fetch(_OUTGROWN)]
    for name in names:
        await connection.execute(f"ANALYZE {name}")
    return names
