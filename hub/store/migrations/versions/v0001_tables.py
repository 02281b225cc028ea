"""The tables of v0.1.0, as `hub.store.schema` declared them then; every later change has a revision of its own.

The text was printed by `python -m hub.store.migrations.declared` and is never changed again.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, with its indexes and settings."""
    text = Path(__file__).with_name("v0001.sql").read_text("utf-8")
    for statement in text.split(";\n\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
