"""The sandbox behind `hub demo`: the real hub, our fakes at loopback sockets, and one page to play on.

`cast` says who plays by which rules, `town` is everything outside the hub (Telegram, mailbox, telephone), `premises`
prepares the hub itself, `story` plays the beginning, `deeds` is what the page may ask for, `looks` what it shows,
`page` serves it, `running` puts all together. Nothing here is imported by the hub; nothing imports pytest.
To add a pane: a room of the town, its deeds, its look, a module in `static/`.
"""

from hub.testing.sandbox.running import run_sandbox

__all__ = ["run_sandbox"]
