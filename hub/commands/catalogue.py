"""The commands in the order of `hub --help`: where each is, and its line in that list.

Kept apart from the commands so that the list is shown without importing any of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A command or a family of commands: its name, its module in `hub.commands`, its line in the list."""

    name: str
    module: str
    line: str


CATALOGUE = (
    Entry("up", "roles", "Run the whole hub in this process."),
    Entry("down", "down", "Stop the embedded database if it still runs."),
    Entry("demo", "demo", "Play with the hub in the browser or at the terminal: no token, no Internet."),
    Entry("check", "check", "Test database, files, address and every connection; say what to do."),
    Entry("status", "status", "Show who is at work, what waits and for how long, and what needs you."),
    Entry("connect", "connect", "Connect a bot, mailbox, form, PBX or CRM and wait for its first event."),
    Entry("disconnect", "disconnect", "Take a CRM away: says what is forgotten and what stays, and asks."),
    Entry("connections", "connections", "List connections and how they are."),
    Entry("attempts", "connections", "Show the last requests of a provider and why they were refused."),
    Entry("crm", "crm", "Watch the CRMs: what waits, what was refused, who is who; hold clients against one anew."),
    Entry("people", "people", "Add managers, invite them to the bot, take them away."),
    Entry("policy", "policy", "Read, check, compare and apply the rules of the business."),
    Entry("explain", "explain", "Say in words why a conversation is whose it is and when it is due."),
    Entry("report", "report", "Print a report: response times, funnel, managers, lost clients; or prove them."),
    Entry("import", "importing", "Bring in contacts and leads from CSV or XLSX, tried out first; take an import back."),
    Entry("export", "exporting", "Write clients, leads, conversations and messages into CSV, JSON Lines or XLSX."),
    Entry("parked", "parked", "List payloads that could not be understood and deliveries that did not succeed."),
    Entry("replay", "parked", "Put parked payloads and deliveries back into work."),
    Entry("inspect", "inspect", "Read a letter or a webhook from a file as the hub would; touches no database."),
    Entry("keys", "keys", "Make and change the keys that encrypt secrets."),
    Entry("backup", "backup", "Save database and files into a new directory."),
    Entry("restore", "backup", "Bring a backup into an empty hub."),
    Entry("resume", "resume", "Let a restored hub send again, after a look at what would leave."),
    Entry("web", "roles", "Run only webhooks, forms and API."),
    Entry("work", "roles", "Run only processing, delivery and timers."),
    Entry("poll", "roles", "Run only mailboxes and long polling."),
    Entry("bot", "roles", "Run only the receiving side of the manager bot."),
)
