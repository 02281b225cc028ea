"""The training stories as values: every scene can be reached and left, and what it says to press is on its screen."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import hub.testing.sandbox
from bots.practice.progress import Place, Progress, from_facts, to_facts
from bots.practice.stories import STORIES
from bots.practice.story import SAY, Shows, StoryKey
from bots.screens.action import Press, encode
from bots.screens.practice import MARK, STOP, Stage, done_screen, scene_screen, stories_screen
from bots.texts import CATALOGUES, Texts
from hub.testing.sandbox.stories import StoryKey as SandboxKey
from tests.bots.views import MOSCOW, NOW

STAGE = Stage("Иван", NOW - timedelta(minutes=1), MOSCOW, NOW)
PLACES = [Place(story, scene) for story, scenes in STORIES.items() for scene in scenes]
PLAYED = [place for place in PLACES if place.shown.shows is not Shows.done]
QUOTED = re.compile(r"[«“](\W[^»”]*)[»”]")

in_both_languages = pytest.mark.parametrize("language", list(CATALOGUES))
in_every_scene = pytest.mark.parametrize("place", PLAYED, ids=lambda place: f"{place.story}-{place.scene}")


def drawn(place, language="ru"):
    return scene_screen(Texts(language), place, STAGE)


def gestures(place):
    return [button.action.arg for button in drawn(place).buttons if button.action]


@in_both_languages
def test_the_stories_are_those_of_the_sandbox_and_called_the_same(language):
    file = Path(hub.testing.sandbox.__file__).parent / "static" / f"stories.{language}.json"
    titles = {key: told["title"] for key, told in json.loads(file.read_text("utf-8")).items()}

    assert [each.value for each in StoryKey] == [each.value for each in SandboxKey]
    assert {key.value: Texts(language)(f"practice.{key.value}.title") for key in StoryKey} == titles


@in_every_scene
def test_from_every_scene_the_story_can_be_finished(place):
    scenes, reached, left = STORIES[place.story], {place.scene}, [place.scene]
    while left:
        further = set(scenes[left.pop()].ways.values()) - reached
        reached |= further
        left += further
    assert any(scenes[each].shows is Shows.done for each in reached)


@pytest.mark.parametrize("story", StoryKey)
def test_every_scene_is_reached(story):
    led_to = {to for scene in STORIES[story].values() for to in scene.ways.values()}
    assert set(STORIES[story]) == led_to | {next(iter(STORIES[story]))}


@in_every_scene
def test_every_gesture_that_leads_on_can_be_made_where_it_does(place):
    here = set(gestures(place))
    for way in place.shown.ways:
        assert way == SAY or any(each == way or each.startswith(f"{way}.") for each in here), (way, here)


@in_both_languages
@in_every_scene
def test_what_a_scene_says_to_press_is_a_button_of_it_that_leads_on(place, language):
    screen = drawn(place, language)
    for named in QUOTED.findall(screen.blocks[-1].text):
        [button] = [each for each in screen.buttons if each.label.startswith(named.removesuffix("…"))]
        assert place.shown.follow(button.action.arg) is not None, named


@in_both_languages
@in_every_scene
def test_no_screen_of_a_story_can_be_taken_for_a_clients_and_none_of_its_buttons_acts(place, language):
    screen = drawn(place, language)
    assert screen.blocks[0].text.startswith(f"{MARK} {Texts(language)('practice.card')}")
    for button in screen.buttons:
        assert button.action is not None and not button.copies
        assert button.action.press is Press.practice
        assert encode(button.action)
    assert screen.rows[-1][0].action.arg == STOP


@in_every_scene
def test_invented_telephones_ring_nowhere_and_invented_mailboxes_are_nobodys(place):
    text = drawn(place).text
    assert all(number.startswith("+7 000 ") for number in re.findall(r"\+\d[\d ()-]{6,}", text))
    assert all(domain == "mail.example" for domain in re.findall(r"@(\w+\.\w+)", text))


def test_a_longer_gesture_goes_the_way_of_its_beginning_and_a_wrong_one_none():
    refusals = STORIES[StoryKey.closing]["refusals"]
    assert refusals.follow("end.refused.rival") == "done"
    assert refusals.follow("end.refused.other") == "reason"
    assert refusals.follow("end") is None
    assert refusals.follow("") is None


def test_the_list_checks_off_what_was_finished_and_the_end_offers_the_next():
    done = (StoryKey.site,)
    labels = [button.label for button in stories_screen(Texts(), done).buttons]
    assert labels[:2] == ["✅ Лид с сайта", "▶️ Пропущенный звонок"]
    assert "Пройдено: 1 из 5" in stories_screen(Texts(), done).text
    ended = [button.label for button in done_screen(Texts(), Place(StoryKey.site, "done"), done).buttons]
    assert ended == ["▶️ Пропущенный звонок", "🎓 Все истории"]


def test_after_the_last_story_no_further_one_is_offered():
    screen = done_screen(Texts(), Place(StoryKey.two, "done"), tuple(StoryKey))
    assert [button.label for button in screen.buttons] == ["🎓 Все истории"]
    assert "Пройдены все пять историй" in screen.text


def test_progress_is_kept_whole_and_a_story_nobody_knows_any_more_was_left():
    begun = Progress((StoryKey.two,)).begin(StoryKey.site, now=NOW, key="k:1")
    progress = replace(begun.move("mine", key="k:2"), card=7, asked=8)

    assert from_facts(json.loads(json.dumps(to_facts(progress)))) == progress
    for changed in ({"story": "yesterday"}, {"scene": "nowhere"}):
        assert from_facts({**to_facts(progress), **changed}) == Progress((StoryKey.two,), key="k:2")


def test_a_story_finished_twice_counts_once():
    begun = Progress((StoryKey.two,)).begin(StoryKey.two, now=NOW, key="k:1")
    assert begun.move("done", key="k:2").done == (StoryKey.two,)
