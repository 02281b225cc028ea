"""Whatever people do on both sides, and whatever gets lost on the way: in the end both sides agree, nothing is double.

Property (1) of the facts about fakes: edits here and there, lost and repeated hints, answers that do not come; then
quiet and one look at what changed.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.crm import CrmField, Entity
from hub.domain.errors import TemporaryFailure
from hub.store.pool import open_pool
from hub.testing.database import DatabaseServer, cloned_database
from tests.crm_sync.memory_crm import MemoryCrm, Shelf
from tests.crm_sync.scene import Scene, open_scene
from tests.inbox.desk import person, says

_NAMES = st.sampled_from(["Анна", "Борис", "Вера", "Глеб"])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.just("")),
        st.tuples(st.just("renamed_here"), _NAMES),
        st.tuples(st.just("renamed_there"), _NAMES),
        st.tuples(st.just("moved_there"), st.sampled_from(["NEW", "WORK"])),
        st.tuples(st.just("answer_lost"), st.just("")),
        st.tuples(st.just("away"), st.just("")),
        st.tuples(st.just("back"), st.just("")),
        st.tuples(st.just("hint"), st.just("")),
        st.tuples(st.just("run"), st.just("")),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
async def test_in_the_end_both_sides_agree(database_server: DatabaseServer, tmp_path, steps: list[tuple[str, str]]):
    async with cloned_database(database_server) as dsn:
        pool = await open_pool(dsn, min_size=1, max_size=6)
        try:
            scene = await open_scene(pool, tmp_path / "files")
            await scene.desk.hire("anna", "Анна")
            await _play(scene, [("says", ""), *steps])
            await _settle(scene)
            await _ensure_agreed(scene, said=1 + sum(what == "says" for what, _ in steps))
        finally:
            await scene.http.close()
            await pool.close()


async def _play(scene: Scene, steps: list[tuple[str, str]]) -> None:
    for number, (what, value) in enumerate(steps):
        await _step(scene, what, value, number)


async def _step(scene: Scene, what: str, value: str, number: int) -> None:
    match what:
        case "says":
            await scene.desk.receive(says(f"сообщение {number}", at=scene.desk.now, by=person(100, name="Мария")))
        case "renamed_here":
            await scene.desk.pool.execute("UPDATE contacts SET name = $1, version = version + 1", value)
        case "hint":
            await _hint_all(scene)
        case "run":
            await scene.run()
        case _:
            _there(_shelf(scene), what, value)


def _there(shelf: Shelf, what: str, value: str) -> None:
    match what:
        case "renamed_there":
            for card in shelf.of(Entity.contact):
                shelf.edit(card.ref, name=value)
        case "moved_there":
            for deal in shelf.of(Entity.request):
                shelf.edit(deal.ref, stage=value)
        case "answer_lost":
            shelf.lost_answers = 1
        case "away":
            shelf.faults[:] = [lambda _: TemporaryFailure("away")]
        case _:
            shelf.faults.clear()


async def _hint_all(scene: Scene) -> None:
    for record in [*_shelf(scene).of(Entity.contact), *_shelf(scene).of(Entity.request)]:
        await scene.hint(record.entity, record.ref)


def _shelf(scene: Scene) -> Shelf:
    assert isinstance(scene.crm, MemoryCrm)
    return scene.crm.shelf


async def _settle(scene: Scene) -> None:
    _shelf(scene).faults.clear()
    _shelf(scene).lost_answers = 0
    await _hint_all(scene)
    await scene.desk.receive(says("последнее", at=scene.desk.now, by=person(100, name="Мария")))
    for _ in range(6):
        await scene.run_after(700)


async def _ensure_agreed(scene: Scene, *, said: int) -> None:
    cards, deals = _shelf(scene).of(Entity.contact), _shelf(scene).of(Entity.request)
    assert (len(cards), len(deals)) == (1, 1)
    item = await scene.desk.one("crm_items", "entity = 'contact'")
    if "frozen" not in item["guard"]:
        assert cards[0].values[CrmField.name] == (await scene.desk.one("contacts"))["name"]
    entries = [each.thing.text for each in _shelf(scene).of(Entity.entry)]
    assert len(entries) == len(set(entries)) == said + 1
    assert await scene.desk.rows("crm_items", "state <> 'done' OR is_stale") == []
    assert await scene.desk.rows("deliveries", "lane = 'crm' AND state NOT IN ('sent', 'cancelled')") == []
