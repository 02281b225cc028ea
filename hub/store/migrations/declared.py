"""Says in SQL what `hub.store.schema` declares: for the first revision, and for the test that compares.

`python -m hub.store.migrations.declared` prints it.
"""

import sys

from sqlalchemy import create_mock_engine, make_url
from sqlalchemy.sql.ddl import ExecutableDDLElement

from hub.store import schema


def declared_statements() -> list[str]:
    """Return the statements that make all tables in an empty database, in order; partitions are made elsewhere."""
    statements: list[str] = []
    dialect = make_url("postgresql://").get_dialect()()

    def keep(statement: ExecutableDDLElement, *_: object) -> None:
        statements.append(str(statement.compile(dialect=dialect)).strip())

    schema.metadata.create_all(create_mock_engine("postgresql://", keep), checkfirst=False)
    return [*statements, *schema.EXTRA_DDL]


if __name__ == "__main__":
    sys.stdout.write("".join(f"{statement};\n\n" for statement in declared_statements()))
