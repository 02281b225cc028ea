"""What administrators read while they connect something: in the chat, and on the page behind the link."""

from collections.abc import Mapping

TEXTS: Mapping[str, str | Mapping[str, str]] = {
    "connect.which": "🔌 What shall be connected? CRMs and the managers' bot are connected on the server: hub connect.",
    "connect.link": "🔌 {kind}: open the form in a browser. Type passwords and tokens only there, never in a chat.",
    "connect.link_once": "The link is good for 15 minutes and for one connection. Pass it on to nobody.",
    "connect.no_address": (
        "The hub has no public address (HUB_PUBLIC_URL), so no form can be opened. Connect on the server with "
        "hub connect, for instance: hub connect email"
    ),
    "connect.connected": "✅ Connected: {kind} “{name}”",
    "connect.title": "Connecting: {kind}",
    "connect.name": "Name for people",
    "connect.line": "Line its requests go to",
    "connect.by_rules": "by the rules",
    "connect.more": "More settings",
    "connect.button": "Test and connect",
    "connect.wrong": "Correct what is marked. Type passwords and tokens once more.",
    "connect.done": "Connected: {name}",
    "connect.told": "The bot has told your chat. You may close this page.",
    "connect.address": "Address for the provider's cabinet: {url}",
    "connect.name_taken": "Another connection has this name. Choose a different one.",
    "connect.untold_provider": "⚠️ The connection is saved, but the service could not be set up from here: {reason}",
    "connect.next_step": (
        "It need not be made again. If there are steps above, take them in the service's cabinet; in a few minutes "
        "look at /health in the bot."
    ),
    "connect.over": "The link was used or its time is over. A new one: /connect in the bot.",
    "connect.busy": "This link has been used just now. What came of it is in your chat with the bot.",
    "connect.unknown": "There is no such link.",
    "button.connect": "🔌 Connect a channel",
    "help.connect": "🔌 /connect email: connect a mailbox, bot, form or PBX by a one-time link",
    "command.connect": "Connect a channel",
}
