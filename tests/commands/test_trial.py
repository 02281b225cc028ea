"""`hub policy try`: a draft over what happened, printed for people and for scripts (R-15)."""

import asyncio
import json
from pathlib import Path

from hub.store.pool import open_pool
from tests.commands.conftest import Place, Run
from tests.inbox.desk import open_desk, person, says

DRAFT = """
[calendars.always]
always_open = true
[lines.sales]
name = "Продажи"
calendar = "always"
team = ["anna"]
[managers.anna]
[lines.sales.targets]
first_response = "5m"
"""


def happen(place: Place) -> None:
    """Two clients wrote and got Anna and Ivan."""

    async def happen() -> None:
        pool = await open_pool(place.dsn, min_size=1, max_size=2)
        try:
            desk = await open_desk(pool, place.data / "files")
            await desk.hire("anna", "Анна")
            await desk.hire("ivan", "Иван")
            for number in (1, 2):
                await desk.receive(says("Сколько стоит?", at=desk.now, by=person(number)))
        finally:
            pool.terminate()

    asyncio.run(happen())


def draft(tmp_path: Path, text: str = DRAFT) -> str:
    file = tmp_path / "draft.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_r15_people_read_who_would_have_got_what_and_which_deadlines_move(
    hub: Run, place: Place, tmp_path: Path
) -> None:
    happen(place)
    done = hub("policy", "try", draft(tmp_path))

    assert done.exit_code == 0, done.output
    assert "Requests: 2. Another line: 0, another person: 1." in done.output
    assert "Due earlier: 2, later: 0." in done.output
    assert "Анна: was 1, would be 2" in done.output
    assert "Иван → Анна, due -10 min" in done.output


def test_r15_scripts_get_every_change_as_json(hub: Run, place: Place, tmp_path: Path) -> None:
    happen(place)
    done = hub("policy", "try", draft(tmp_path), "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    found = json.loads(done.stdout)

    assert (found["requests"], len(found["changes"])) == (2, 2)


def test_r15_a_period_without_requests_says_so(hub: Run, place: Place, tmp_path: Path) -> None:
    happen(place)
    done = hub("policy", "try", draft(tmp_path), "--from", "2020-01-01", "--to", "2020-01-31")

    assert "There were no requests in these days." in done.output


def test_r15_a_draft_with_faults_is_refused_as_a_whole(hub: Run, place: Place, tmp_path: Path) -> None:
    happen(place)
    done = hub("policy", "try", draft(tmp_path, DRAFT.replace('calendar = "always"', 'calendar = "never"')))

    assert done.exit_code == 1
    assert "never" in done.output


def test_days_that_change_places_are_refused_before_anything_is_replayed(hub: Run, tmp_path: Path) -> None:
    backward = hub("policy", "try", draft(tmp_path), "--from", "2026-11-30", "--to", "2026-11-01")

    assert (backward.exit_code, backward.stdout) == (1, "")
    assert "the last day 2026-11-01 is before the first, 2026-11-30" in backward.stderr
