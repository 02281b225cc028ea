"""What goes wrong around a hub, case by case: the words of docs/catalogue.md, and where a case has no test, why.

There are two tables of cases, and names of tests keep them apart. `caseNN` is one of these (1 to 84 here; 85 and above
belong to security and law). `edgeNN` is one of the fifty edge cases of the business rules, which stand as functions
`case_NN_…` in `tests/cases`. A name may carry several: `test_edge11_case66_…`. Numbers have no leading zero.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.house.source import SourceFile, functions

IN_TEST_NAME = re.compile(r"(?<=_)case(\d+)(?=_|$)")
EDGE_IN_TEST_NAME = re.compile(r"(?<=_)edge(\d+)(?=_|$)")
# What looks like a number of a case and is none of the two spellings: `case_12`, `case07`, `edge_3`.
MISSPELT = re.compile(r"(?<=_)(?:case_|edge_)\d+(?=_|$)|(?<=_)(?:case|edge)0\d*(?=_|$)")


@dataclass(frozen=True, slots=True)
class Case:
    """One row: what goes wrong, what the hub does, and why a case, or a part of it, has no test."""

    wrong: str
    does: str
    reason: str = ""


SECTIONS: Mapping[str, Mapping[int, Case]] = {
    "Lost or doubled on the way in": {
        1: Case("confirmed before it is stored", "says “received” after the commit, never before"),
        2: Case("the same event comes again", "one row: a unique key on connection and event decides"),
        3: Case("two copies at the same instant", "no lock to release too early: the key decides in the transaction"),
        4: Case("first messages of a new client in parallel", "one card, one thread, one wait, all messages"),
        5: Case("a violated key loops for ever", "the event's key is success, any other parks the payload"),
        6: Case("one person under two identities", "all addresses of an event lead to one card"),
        7: Case("joining cards while messages arrive", "one transaction; what arrives meanwhile lands on the one card"),
        8: Case("events out of order", "every order of a call's events ends in the same state"),
        9: Case("slower than the provider waits", "intake calls nobody outside and answers within its limit"),
        10: Case("no database at intake", "a synced spool takes it, and empties itself in order"),
        11: Case("a 4xx for a fault of ours", "4xx only for a bad proof or address, else the sender comes again"),
        12: Case(
            "an outage longer than the provider's patience", "compares with the provider and fetches what is missing"
        ),
        13: Case("the polling cursor moves too early", "payloads and cursor are one commit"),
        14: Case("two pollers of one bot or mailbox", "one polls, under a lock; a foreign one is told of"),
        15: Case("too few kinds of updates subscribed", "compares the subscription and sets it again"),
        16: Case("a manager's press comes twice", "one answer: the update's id is its key"),
        17: Case(
            "an own event is published twice",
            "one delivery row an event, with a stable id",
            "The hub publishes no events to subscribers. What it sends are deliveries; their doubles are 22, 23, 62.",
        ),
        18: Case("a form is sent twice", "the page's key, or equal bodies within a minute, are one submission"),
        19: Case("a flood of forms", "limits by address and form; robots are set aside, not deleted"),
        20: Case("no Message-ID, or an empty one", "an id made of all bytes"),
        21: Case("a Message-ID used again", "other words are another message; the id only links threads"),
    },
    "Stuck, doubled or gone inside": {
        22: Case("a worker dies in the middle", "its lease ends, another carries on"),
        23: Case("a slow worker wakes up after its lease", "it writes nothing, and says so"),
        24: Case("a payload that kills its process", "counted when claimed, parked after three, neighbours pass"),
        25: Case("rows committed late are skipped", "work is claimed by state, not by a cursor over ids"),
        26: Case("wake-ups die silently", "a look at fixed intervals finds the work"),
        27: Case(
            "all connections held during outside calls", "no outside call in a transaction; a full pool answers 503"
        ),
        28: Case("cancelling leaks a connection", "cancelled at any await, nothing leaks and nothing is lost"),
        29: Case("a silent session holds locks", "bounded by the server: idle, lock and statement"),
        30: Case("the answer to COMMIT is lost", "the same work again with the same keys is one"),
        31: Case("a full disk", "503, no half rows, an alarm before, and on by itself after"),
        32: Case("Redis gone, slow or flushed", "slower, never wrong"),
        33: Case("a Redis command applied twice", "only what may be repeated is sent to it"),
        34: Case("the event loop is blocked", "measured and told; heavy work is in child processes"),
        35: Case("queues without bound", "bounded; what does not fit is refused or the oldest goes"),
        36: Case("an old version beside a new one", "leaves what it does not know to the other"),
        37: Case("a migration locks a busy table", "gives way and tries again; no request waits three seconds"),
        38: Case(
            "a restored backup is older than the world",
            "held until a person has looked: it reads on and sends nothing; then nothing twice, old timers do not fire",
        ),
        39: Case("a database that may forget", "does not start on such settings, `hub check` names them"),
    },
    "Mail in": {
        40: Case("IDLE dies silently", "every await ends; a look every minute finds what was not pushed"),
        41: Case("one bad letter blocks the box", "it is parked with its bytes, the others pass"),
        42: Case("a backlog after an outage", "by UID, in windows, without a limit of days"),
        43: Case("another client marks letters read", "flags are neither read nor set"),
        44: Case("the server renumbers the mailbox", "reads again and knows letters by their bytes"),
        45: Case("UIDs reused, or UIDVALIDITY 0", "letters are known by their bytes; recent ones are read again"),
        46: Case(
            "a deleted conversation comes back from the server",
            "letters are known by their place and their bytes",
            "Conversations cannot be deleted yet, only closed, so there is nothing to come back; a letter behind the "
            "cursor is not read again (42), and read again it is no second message (44).",
        ),
        47: Case("polls of one mailbox pile up", "one poll, under a lock, and every step has a deadline"),
        48: Case(
            "a dead mailbox nobody notices",
            "down within a minute, shown, and announced elsewhere",
            "No tokens that run out: mailboxes are opened with passwords for applications.",
        ),
        49: Case(
            "too many connections to the server", "one at a time, given back whatever happens; a refusal is waited out"
        ),
        50: Case("a huge letter", "its headers alone, and a note; an announced giant is never read"),
        51: Case("unknown or lying charsets", "guessed; any bytes under any label are text"),
        52: Case("raw 8-bit headers", "read on the bytes, with the charset of the letter"),
        53: Case("no sender, several, nonsense", "kept under a card without a name"),
        54: Case("letters made to hang a parser", "a child process with limits of time, memory, depth and parts"),
        55: Case("two robots answer each other", "at most one automatic text, and none to automatic mail"),
        56: Case("bounces become requests", "a bounce is news of our letter, its author is told"),
        57: Case("our own letters come in as a client's", "known by a mark that only we can make"),
        58: Case("a reply without its thread", "token in the address, In-Reply-To, References, then the subject"),
        59: Case("a stranger in somebody's thread", "a thread of his own"),
        60: Case(
            "answered outside the hub",
            "a copy to the mailbox or a person's word stops the clock",
            "Not built: reading the mailbox's folder of sent letters.",
        ),
    },
    "Sending": {
        61: Case("marked as sent before sending", "sent only once the provider accepted"),
        62: Case("accepted, but nobody heard so", "once more at most, with the same identity, and it is said"),
        63: Case("a storm of 429", "the wait closes the whole bucket: no call while it lasts"),
        64: Case("a dead chat holds up the others", "each thread has its own order"),
        65: Case("two answers change places", "the next waits until the one before is final"),
        66: Case("blocked, moved, gone", "told at once, with the other ways; a moved group is followed"),
        67: Case("over the limits of a message", "split in UTF-16 units, entities whole"),
        68: Case("markup in a text", "entities, never a parse mode; refused ones go as plain text"),
        69: Case(
            "one of several recipients is refused",
            "one recipient a letter",
            "A letter goes to one address in a transaction of its own, so there is no second recipient to lose.",
        ),
        70: Case("a server without TLS", "neither password nor letter crosses the wire"),
        71: Case("a server that drips or falls silent", "every phase has a deadline"),
        72: Case("an answer to the wrong client", "bound to the message it answers; the faster answer is told"),
        73: Case(
            "files over the limits",
            "said before anything is sent or promised",
            "Not built: a link in place of the file.",
        ),
    },
    "Routing and clocks": {
        74: Case("two workers take the same turn", "turns differ by one at most"),
        75: Case("nobody can take a client", "a queue that is looked at whenever somebody can, and every few seconds"),
        76: Case("a restart resets countdowns", "a deadline is a row with an instant"),
        77: Case("a clock fires twice", "one conditional write with its effects"),
        78: Case("answer and alarm at the same moment", "one of them, never both"),
        79: Case("rules change while clocks run", "open waits keep their target unless somebody chooses otherwise"),
        80: Case("a message that should arm or stop does not", "a table of what starts, joins and stops a wait"),
        81: Case("midnight, clock changes, history of zones", "deadlines are computed once, in open intervals of UTC"),
        82: Case("clocks that jump or disagree", "one clock, the database's; a machine that differs says so"),
        83: Case("a flood of overdue clocks", "all fire, each person gets one alarm and one list"),
        84: Case("rules that chase each other", "an automation acts once on an event, circles are cut"),
    },
}

CASES: Mapping[int, Case] = {number: case for rows in SECTIONS.values() for number, case in rows.items()}


def carriers(files: Iterable[SourceFile]) -> dict[int, list[tuple[str, str]]]:
    """Return each case with file and name of the tests that carry its number, in the order of the files."""
    found: dict[int, dict[tuple[str, str], None]] = {}
    for file in files:
        for name in names_of_tests(file):
            for number in IN_TEST_NAME.findall(name):
                found.setdefault(int(number), {})[file.name, name] = None
    return {number: list(tests) for number, tests in found.items()}


def names_of_tests(file: SourceFile) -> Iterable[str]:
    """Yield the name of every test of a file."""
    return (function.name for function in functions(file.tree) if function.name.startswith("test_"))
