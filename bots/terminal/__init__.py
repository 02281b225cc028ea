"""The screens of `bots.screens` in plain text: a manager at a terminal, and proof that no messenger is in them.

`render` draws a screen with its buttons as numbers, `console` understands what is typed, `notices` says what comes by
itself, `reading`, `working` and `answering` hold the deeds, `seat` what is being talked about. Deeds are a part of what
the manager bot can do, and a button without one is not drawn; to add one: a line in the table of its module.
"""
