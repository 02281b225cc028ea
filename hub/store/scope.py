"""What a fold may touch: the keys by which a working set is locked and loaded."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Scope:
    """What a fold may touch, by keys known before the load.

    `leads` and `tasks` name some beside the newest lead on each line and the open tasks of contacts with an open lead;
    `lines` are those on which somebody may be assigned; they are locked, and managers loaded, only if the load shows
    somebody unknown, without an owner or without an open wait, or if `always_lines`.
    `whole`: everything of the contacts, closed work and merges too.
    `automations` are those whose timers may be armed; `firings` subjects whose last hour of firings is asked for, with
    those of `causes` at any time; `firing_ids` of the ids are theirs. `own_firings`: of every card and lead that is
    loaded, too; the load adds these to `firings`.
    `digests`: the windows of heads too, read behind the lines' locks; those of `windows` with their full pages.
    `ids` is how many new ids the fold may need.
    """

    identities: set[tuple[str, str, str]] = field(default_factory=set)
    threads: set[tuple[int, str]] = field(default_factory=set)
    messages: set[tuple[int, str]] = field(default_factory=set)
    calls: set[tuple[int, str]] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)
    conversations: set[int] = field(default_factory=set)
    waits: set[int] = field(default_factory=set)
    leads: set[int] = field(default_factory=set)
    tasks: set[int] = field(default_factory=set)
    companies: set[int] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    always_lines: bool = False
    in_flight: bool = False
    digests: bool = False
    windows: set[str] = field(default_factory=set)
    automations: set[str] = field(default_factory=set)
    firings: set[str] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    firing_ids: int = 0
    own_firings: bool = False
    whole: bool = False
    ids: int = 1000
