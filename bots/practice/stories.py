"""The five stories: the gestures are those of life, and so is what each of them leads to.

What a scene says to do is the text `practice.<story>.<scene>`; a test holds that what it names can be pressed there.
"""

from collections.abc import Mapping

from bots.practice.story import SAY, Matter, Scene, Shows, Story, StoryKey

DONE = Scene(Shows.done, Matter.calm)
BACK = "cancel"

SITE: Story = {
    "arrived": Scene(matter=Matter.free, ways={"take": "mine", "write": "letter", SAY: "unsent"}),
    "mine": Scene(ways={"write": "letter", SAY: "unsent"}),
    "unsent": Scene(Shows.unsent, ways={"to": "again", BACK: "mine"}),
    "letter": Scene(Shows.letter, ways={SAY: "again", BACK: "mine"}, delivers=True),
    "again": Scene(ways={SAY: "done"}, says=2, delivers=True),
    "done": DONE,
}
MISSED: Story = {
    "arrived": Scene(matter=Matter.free, ways={"call": "talk", "take": "mine"}),
    "mine": Scene(ways={"call": "talk", "reached": "reached", "noanswer": "again"}),
    "again": Scene(ways={"call": "talk", "reached": "reached", "noanswer": "again"}, attempts=1),
    "talk": Scene(Shows.talk, Matter.calm, ways={"result": "result"}),
    "result": Scene(Shows.result, Matter.calm, ways={SAY: "done", BACK: "talk"}),
    "reached": Scene(Shows.reached, ways={SAY: "done", BACK: "mine"}),
    "done": DONE,
}
TWO: Story = {
    "arrived": Scene(matter=Matter.free, ways={SAY: "kept", "take": "gone"}),
    "gone": Scene(Shows.gone, ways={SAY: "kept"}),
    "kept": Scene(Shows.kept, ways={"memo": "done", BACK: "done"}),
    "done": DONE,
}
TRANSFER: Story = {
    "arrived": Scene(matter=Matter.free, ways={"take": "mine"}),
    "mine": Scene(ways={"transfer": "receivers"}),
    "receivers": Scene(Shows.receivers, ways={"give": "note", BACK: "mine"}),
    "note": Scene(Shows.note, ways={"give": "done", SAY: "done", BACK: "mine"}),
    "done": DONE,
}
CLOSING: Story = {
    "arrived": Scene(matter=Matter.free, ways={SAY: "answered", "take": "mine"}, delivers=True),
    "mine": Scene(ways={SAY: "answered"}, delivers=True),
    "answered": Scene(matter=Matter.calm, ways={"close": "outcomes"}),
    "outcomes": Scene(Shows.outcomes, Matter.calm, ways={"end.refused": "refusals", BACK: "answered"}),
    "refusals": Scene(
        Shows.refusals, Matter.calm, ways={"end.refused.other": "reason", "end.refused": "done", BACK: "answered"}
    ),
    "reason": Scene(Shows.reason, Matter.calm, ways={SAY: "done", BACK: "answered"}),
    "done": DONE,
}
STORIES: Mapping[StoryKey, Story] = {
    StoryKey.site: SITE,
    StoryKey.missed: MISSED,
    StoryKey.two: TWO,
    StoryKey.transfer: TRANSFER,
    StoryKey.closing: CLOSING,
}
