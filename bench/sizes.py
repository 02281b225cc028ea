"""How much is measured: full, as the figures in the documents were taken, quick, or tiny for the tests of the bench."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """One set of sizes. Seconds and counts are per round; `rounds` is how often floor and hub take turns.

    `contacts` are how many clients are stored when growth is measured, the last of them when searching is.
    """

    rounds: int = 5
    accept_seconds: int = 5
    messages: int = 20_000
    clients: int = 2_000
    end_to_end_seconds: int = 5
    notices: int = 3_000
    notices_per_second: int = 100
    managers: int = 200
    letters: int = 500
    memory_messages: int = 100_000
    contacts: tuple[int, ...] = (100_000, 1_000_000)
    searches: int = 200
    pending_timers: int = 200_000
    due_timers: int = 3_000
    polls: int = 500
    crm_seconds: int = 20
    crm_clients: int = 400
    rush_leads: int = 100
    rush_seconds: float = 60


FULL = Sizes()
QUICK = Sizes(
    rounds=3,
    accept_seconds=2,
    messages=4_000,
    clients=400,
    end_to_end_seconds=3,
    notices=1_000,
    letters=200,
    memory_messages=10_000,
    contacts=(20_000,),
    searches=40,
    pending_timers=20_000,
    due_timers=600,
    polls=100,
    crm_seconds=8,
    crm_clients=200,
    rush_leads=40,
    rush_seconds=24,
)
