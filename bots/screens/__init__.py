"""What a manager sees and may press: pure functions from views to `Screen`, one family of screens a module.

Nothing here knows a messenger, reads a clock or asks the database. A client's words are data: they are cleaned by
`quoting` and never become markup.
"""
