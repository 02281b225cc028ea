"""Runs stories to their end, and shrinks one that fails to what is needed for it to fail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.testing.simulation import outbox, watch
from hub.testing.simulation.deeds import happen
from hub.testing.simulation.drawing import Happening, Story
from hub.testing.simulation.office import SOUND, Defect
from hub.testing.simulation.oracle import Broken, Finding
from hub.testing.simulation.rows import UniqueBroken
from hub.testing.simulation.world import World, open_world

_CALM = timedelta(hours=2)
_MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a story: findings, none if everything holds, and how much happened."""

    findings: tuple[Finding, ...]
    commits: int = 0
    accepted: int = 0
    fired: int = 0


def run_story(story: Story, defect: Defect = SOUND) -> Outcome:
    """Let a story happen to an empty hub and return what the oracle says of it."""
    world = open_world(story.seed, story.document, defect)
    for each in story.happenings:
        luck = world.luck_of(each.number)
        world.loop.start(happen(world, each.deed, luck), luck, after=each.after)
    findings: tuple[Finding, ...] = ()
    try:
        _run(world, world.now + max((each.after for each in story.happenings), default=timedelta(0)))
    except Broken as broken:
        findings = tuple(broken.findings)
    except UniqueBroken as broken:
        findings = (Finding("unique", str(broken)),)
    except Exception as error:  # noqa: BLE001 - whatever a fold raises is what this looks for
        findings = (Finding("raised", f"{type(error).__name__}: {error}"),)
    finally:
        world.loop.close()
    return _outcome(world, findings)


def _run(world: World, last: datetime) -> None:
    """Go from instant to instant until everything has happened and nothing is under way."""
    steps = 0
    while (instant := min(_instants(world, last + _CALM), default=None)) is not None:
        steps += 1
        if steps > _MOST_STEPS:
            raise Broken([Finding("never quiet", f"still busy at {world.now}")])
        world.is_calm = instant > last
        world.loop.move_to(instant)
        world.loop.start(watch.look(world), world.luck_of("watch", steps))
        world.loop.start(outbox.send_due(world, world.luck_of("outbox", steps)), world.luck_of("turn", steps))
        world.loop.run_ready()
    world.oracle.end(world.now, _seen_by_thread(world))


def _instants(world: World, until: datetime) -> Iterator[datetime]:
    """Yield when something may happen next; clocks far behind the end are left alone."""
    if (ready := world.loop.next_at()) is not None:
        yield ready
    until = max(until, ready or until)
    yield from (each for each in watch.next_at(world) if each <= until)
    yield from outbox.next_at(world)


def _seen_by_thread(world: World) -> dict[str, list[str]]:
    seen: dict[str, list[str]] = {}
    for each in world.seen:
        seen.setdefault(str(each.thread_id), []).append(each.key)
    return seen


def _outcome(world: World, findings: tuple[Finding, ...]) -> Outcome:
    fired = sum(timer.state == "fired" for timer in world.store.tables["timers"].values())
    return Outcome(findings, world.oracle.commits, len(world.store.receipts), fired)


def shrink(story: Story, defect: Defect = SOUND) -> Story:
    """Return a story that fails at the same check and from which nothing more can be left out."""
    checks = {finding.check for finding in run_story(story, defect).findings}
    size = max(len(story.happenings) // 2, 1)
    while size:
        shorter = _leave_out(story, size, checks, defect)
        if shorter is story:
            size //= 2
        story = shorter
    return story


def _leave_out(story: Story, size: int, checks: set[str], defect: Defect) -> Story:
    """Return the story without the first part of this size that it fails without, too; itself if there is none."""
    for place in range(0, len(story.happenings), size):
        shorter = replace(story, happenings=_without(story.happenings, place, size))
        if checks & {finding.check for finding in run_story(shorter, defect).findings}:
            return shorter
    return story


def _without(happenings: Sequence[Happening], place: int, size: int) -> tuple[Happening, ...]:
    return (*happenings[:place], *happenings[place + size :])
