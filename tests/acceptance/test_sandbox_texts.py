"""The stories' words: the same in both languages, of the buttons that are there, small pictures in the READMEs."""

import json
import re
from pathlib import Path

import pytest

import hub.testing.sandbox
from bots.texts import CATALOGUES
from hub.testing.sandbox.stories import STEPS, Story, StoryKey, new_guest

STATIC = Path(hub.testing.sandbox.__file__).parent / "static"
PICTURES = Path(__file__).parents[2] / "docs/pictures"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def _stories(language):
    return json.loads((STATIC / f"stories.{language}.json").read_text("utf-8"))


def _shape(story):
    return [
        (sorted(step), step["where"], len(step.get("also", ())), step["do"].count("{name}")) for step in story["steps"]
    ]


def test_every_step_of_every_story_is_told_in_both_languages():
    russian, english = _stories("ru"), _stories("en")
    assert [*russian] == [*english] == [key.value for key in STEPS]
    assert {key.value: len(steps) for key, steps in STEPS.items()} == {
        key: len(story["steps"]) for key, story in russian.items()
    }
    assert {key: _shape(story) for key, story in russian.items()} == {
        key: _shape(story) for key, story in english.items()
    }


def test_no_story_in_english_speaks_russian_but_for_a_name_on_a_button():
    spoken = json.dumps(_stories("en"), ensure_ascii=False).replace("🟢 Иван", "")
    assert CYRILLIC.search(spoken) is None


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_buttons_of_the_bot_are_called_as_the_stories_say(language):
    steps = [step for story in _stories(language).values() for step in story["steps"]]
    named = {
        label
        for step in steps
        if step["where"].startswith("manager")
        for label in (step["press"], *step.get("also", ()))
        if label not in {"➤", "🟢 Иван"} and not label.startswith("✉️")
    }
    assert named <= {text for text in CATALOGUES[language].values() if isinstance(text, str)}


def test_a_client_of_a_later_story_shares_no_address_with_an_earlier_one():
    guests = [new_guest(number) for number in range(20)]
    assert len({guest.phone for guest in guests}) == len({guest.email for guest in guests}) == 20


def test_a_story_follows_its_own_client_and_no_older_conversation():
    guest = new_guest(0)
    row = {"number": 7, "name": "", "phone": f"+{guest.phone}", "dueAt": 1, "assignee": "", "isOpen": True}
    card = {"id": 1, "isMine": False, "text": "🆕 #7", "replyTo": 0}
    desks = [{"key": key, "messages": [card]} for key in ("anna", "ivan")]
    look = {"conversations": [row], "managers": desks, "phone": {"calls": []}, "moves": 0}
    taken = {**look, "conversations": [{**row, "assignee": "Анна"}]}
    older, story = Story(StoryKey.two, guest, 7), Story(StoryKey.two, guest, 6)
    for each in (look, taken):
        older.follow(each)
        story.follow(each)
    assert (older.done, story.done, story.number) == (0, 2, 7)


def _of_calls(*calls):
    row = {"number": 7, "name": "", "phone": calls[0]["phone"], "dueAt": 1, "assignee": "", "isOpen": True}
    return {"conversations": [{**row, "isCallback": True}], "managers": [], "phone": {"calls": calls}, "moves": 0}


def test_a_call_back_to_somebody_else_is_not_that_of_the_story():
    guest = new_guest(0)
    missed = {"phone": f"+{guest.phone}", "isOut": False, "state": "missed"}
    other, own = ({"phone": phone, "isOut": True, "state": "talking"} for phone in ("+79855550142", f"+{guest.phone}"))
    story = Story(StoryKey.missed, guest, 6, done=3)
    story.follow(_of_calls(missed, other))
    assert story.done == 3
    story.follow(_of_calls(missed, own))
    assert story.done == 4


def test_a_form_under_another_name_is_still_the_storys():
    row = {"number": 7, "name": "<b>&", "phone": "", "dueAt": 1, "assignee": "Анна", "isOpen": True}
    desks = [{"key": key, "messages": [{"id": 1, "text": "🆕 #7"}]} for key in ("anna", "ivan")]
    look = {"managers": desks, "phone": {"calls": []}, "moves": 0}
    story = Story(StoryKey.site, new_guest(0), 6)
    story.follow({**look, "conversations": [{**row, "channel": "telegram"}]})
    assert story.done == 0
    story.follow({**look, "conversations": [{**row, "channel": "webform"}]})
    assert story.done == 2


def test_the_pictures_of_the_readmes_are_there_and_small():
    pictures = sorted(PICTURES.glob("*.webp"))
    assert [picture.name for picture in pictures] == ["sandbox-narrow-dark.webp", "sandbox-wide.webp"]
    assert sum(picture.stat().st_size for picture in pictures) < 300_000
