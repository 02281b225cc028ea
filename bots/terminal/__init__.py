"""The screens of `bots.screens` in plain text: a manager at a terminal, and proof that no messenger is in them.

`render` draws a screen with its buttons as numbers, `console` turns what is typed into use-cases. Deeds are a part of
what the manager bot can do; to add one: a line in the table of `console`.
"""
