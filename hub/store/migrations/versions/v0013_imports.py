"""Contacts and leads are imported from files: which files, and what became of each row, so that it can be taken back."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add both tables; nothing has been imported before."""
    op.execute(
        "CREATE TABLE IF NOT EXISTS import_batches (id bigint PRIMARY KEY, file_name text NOT NULL, sha256 text NOT NULL, "
        "headers jsonb NOT NULL DEFAULT '[]', columns jsonb NOT NULL DEFAULT '[]', line text NOT NULL, "
        "makes_leads boolean NOT NULL DEFAULT false, rows integer NOT NULL DEFAULT 0, manager_id bigint NOT NULL, "
        "created_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'running', finished_at timestamptz, "
        "undone_at timestamptz)"
    )
    op.execute(
        "CREATE UNIQUE INDEX IF NOT EXISTS import_batches_one_a_file ON import_batches (sha256) WHERE state <> 'undone'"
    )
    op.execute(
        "CREATE TABLE IF NOT EXISTS import_rows (batch_id bigint NOT NULL, number integer NOT NULL, verdict text NOT NULL, "
        "reason text NOT NULL DEFAULT '', remarks jsonb NOT NULL DEFAULT '[]', contact_id bigint, lead_id bigint, "
        "company_id bigint, made jsonb NOT NULL DEFAULT '[]', identities jsonb NOT NULL DEFAULT '[]', "
        "filled jsonb NOT NULL DEFAULT '{}', lead_filled jsonb NOT NULL DEFAULT '{}', "
        "cells jsonb NOT NULL DEFAULT '[]', undo text NOT NULL DEFAULT '', PRIMARY KEY (batch_id, number))"
    )
    op.execute(
        "CREATE INDEX IF NOT EXISTS import_rows_by_contact ON import_rows (batch_id, contact_id) WHERE contact_id IS NOT NULL"
    )
