"""The manager bot in Telegram: draws screens, turns presses, commands and replies into use-cases.

The only room besides the client channel that knows aiogram; `hub.app` imports it lazily, for aiogram alone costs two
seconds. aiogram is client library, types and router here: updates come from the stored receipts (`bots.intake`), never
from its own polling, which loses them on a crash.

To add a deed: a function in the family's module of `deeds`, one line in its table; the command comes by itself.
"""
