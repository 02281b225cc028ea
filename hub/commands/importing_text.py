"""How an import looks: what columns mean, the first rows, counts with reasons, the rows that were not taken; JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from hub.commands.data_texts import tell
from hub.commands.printing import print_lines, print_table
from hub.commands.wall_time import WallTime
from hub.config import Config
from hub.domain.imports import ImportBatch, ImportRow, RowVerdict
from hub.inbox.importing.plan import Plan
from hub.inbox.importing.rehearsal import Previewed, Rehearsal
from hub.inbox.importing.run import Imported
from hub.inbox.importing.undoing import Undone
from hub.inbox.importing.words import say_reason
from hub.store.imports import BatchCounts

_VERDICTS = tuple(verdict.value for verdict in RowVerdict)
_KEPT_SHOWN = 20


def print_plan(config: Config, plan: Plan) -> None:
    """Print what every column means, and from where that is known."""
    typer.echo(tell(config.language, f"import.columns.{plan.known.value}"))
    for header, meaning in zip(plan.sheet.headers, plan.columns, strict=True):
        shown = meaning or tell(config.language, "import.ignored")
        typer.echo(tell(config.language, "import.column", header=header or "—", meaning=shown))


def print_preview(config: Config, preview: Sequence[Previewed]) -> None:
    """Print the first rows as they were read, and what would become of them."""
    typer.echo(tell(config.language, "import.preview"))
    titles = ("row", "verdict", "name", "addresses", "company", "stage", "why")
    print_table(
        [tell(config.language, f"import.{title}") for title in titles],
        [_preview_row(config.language, each) for each in preview],
    )


def _preview_row(language: str, each: Previewed) -> list[str]:
    told, row = each.told, each.row
    reasons = [row.reason, *row.remarks] if row.reason else row.remarks
    return [
        str(row.number),
        tell(language, f"verdict.{row.verdict.value}"),
        told.name,
        ", ".join(address.value for address in told.addresses),
        told.company,
        told.lead.stage.name.say(language) if told.lead else "",
        "; ".join(say_reason(reason).say(language) for reason in reasons),
    ]


def print_counts(config: Config, key: str, counts: BatchCounts, batch: int) -> None:
    """Print how many rows came to what, in the sentence `key`."""
    facts = {verdict: counts.verdicts.get(verdict, 0) for verdict in _VERDICTS}
    made = {"rows": sum(counts.verdicts.values()), "leads": counts.leads, "companies": counts.companies}
    typer.echo(tell(config.language, key, batch=batch, **facts, **made))


def print_reasons(config: Config, reasons: Mapping[str, int], remarks: Mapping[str, int], refused: Path | None) -> None:
    """Print why rows were not taken, and what was left out of those that were; `refused` is their file."""
    if reasons:
        print_lines([tell(config.language, "import.not_taken"), *_counted(config.language, reasons)])
        key = "import.written" if refused else "import.how_to_write"
        typer.echo(tell(config.language, key, file=refused))
    if remarks:
        print_lines([tell(config.language, "import.left_out"), *_counted(config.language, remarks)])


def _counted(language: str, codes: Mapping[str, int]) -> Iterator[str]:
    for code, count in sorted(codes.items(), key=lambda each: (-each[1], each[0])):
        yield tell(language, "import.count", count=count, why=say_reason(code).say(language))


def print_undone(config: Config, found: Undone) -> None:
    """Print what became of a batch that was taken back."""
    facts = {"restored": found.restored, "kept": found.kept, "companies": found.companies}
    typer.echo(tell(config.language, "import.undone", batch=found.batch.id, **facts))
    if found.kept_rows:
        shown = ", ".join(str(row.number) for row in found.kept_rows[:_KEPT_SHOWN])
        more = ", …" if len(found.kept_rows) > _KEPT_SHOWN else ""
        typer.echo(tell(config.language, "import.kept", rows=shown + more))


def print_batches(config: Config, found: Sequence[tuple[ImportBatch, BatchCounts]], time: WallTime) -> None:
    """Print the batches as a table."""
    say = config.language
    titles = [tell(say, "import.batch"), tell(say, "import.at", zone=time.zone), tell(say, "import.file")]
    rows = [
        (
            str(batch.id),
            time.minute(batch.created_at),
            batch.file_name,
            tell(say, f"state.{batch.state.value}"),
            *(str(counts.verdicts.get(verdict, 0)) for verdict in _VERDICTS),
        )
        for batch, counts in found
    ]
    print_table([*titles, tell(say, "import.state"), *(tell(say, f"verdict.{each}") for each in _VERDICTS)], rows)


def refused_titles(language: str, headers: Sequence[str]) -> list[str]:
    """Return the headers of the file of rows that were not taken: those of the import, then which row and why."""
    own = [tell(language, f"import.{name}") for name in ("row", "verdict", "why")]
    return [*headers, *own]


def refused_row(language: str, headers: Sequence[str], row: ImportRow) -> list[object]:
    """Return a row that was not taken, as `refused_titles` wants it."""
    width = len(headers)
    cells = [*row.cells[:width], *([""] * (width - len(row.cells)))]
    verdict = tell(language, f"verdict.{row.verdict.value}")
    return [*cells, row.number, verdict, say_reason(row.reason).say(language)]


def rehearsal_record(found: Rehearsal) -> dict[str, object]:
    """Return a dry run for scripts."""
    plan = found.plan
    columns = dict(zip(plan.sheet.headers, plan.columns, strict=True))
    preview = [
        {
            **_row_record(each.row),
            "name": each.told.name,
            "addresses": [address.value for address in each.told.addresses],
        }
        for each in found.preview
    ]
    outcome = {"reasons": dict(found.reasons), "remarks": dict(found.remarks), "preview": preview}
    return {"dry_run": True, "columns": columns, "known": plan.known, **_counts_record(found.counts), **outcome}


def import_record(found: Imported) -> dict[str, object]:
    """Return an import for scripts."""
    outcome = {"reasons": found.reasons, "remarks": found.remarks, "went_on": found.went_on}
    return {**batch_record(found.batch, found.counts), **outcome}


def undo_record(found: Undone) -> dict[str, object]:
    """Return what became of a batch that was taken back, for scripts."""
    kept = [row.number for row in found.kept_rows]
    return {
        "batch": found.batch.id,
        "restored": found.restored,
        "kept": found.kept,
        "companies": found.companies,
        "kept_rows": kept,
    }


def batch_record(batch: ImportBatch, counts: BatchCounts) -> dict[str, object]:
    """Return a batch with its counts for scripts."""
    plain = asdict(batch)
    return {"batch": plain.pop("id"), **plain, **_counts_record(counts)}


def _counts_record(counts: BatchCounts) -> dict[str, object]:
    verdicts = {verdict: counts.verdicts.get(verdict, 0) for verdict in _VERDICTS}
    return {"counts": {**verdicts, "leads": counts.leads, "companies": counts.companies}}


def _row_record(row: ImportRow) -> dict[str, object]:
    return {"row": row.number, "verdict": row.verdict, "reason": row.reason, "remarks": row.remarks}
