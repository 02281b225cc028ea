"""What heads are told once of a hub that was restored from a backup: how much of its past is late or in doubt."""

from collections.abc import Mapping, Sequence

from bots.screens.quoting import one_line
from bots.screens.screen import Block, Screen, bold, line
from bots.texts import Texts


def restored_screen(texts: Texts, payload: Mapping[str, object], *, made: str) -> Screen:
    """Return the summary; `made` is when the backup was made, in words."""
    blocks: list[Block] = [line(bold(texts("restored.title", made=made)))]
    late = payload.get("late")
    for name, number in late if isinstance(late, Sequence) else ():
        blocks.append(line(texts.count("restored.late", int(number), line=one_line(str(name), 60))))
    doubtful = int(str(payload.get("doubtful", 0)))
    if doubtful:
        blocks.append(line(texts.count("restored.doubtful", doubtful)))
    if late:
        blocks.append(line(texts("restored.look")))
    return Screen(tuple(blocks))
