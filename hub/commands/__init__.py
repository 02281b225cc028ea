"""What people and scripts type: one module a family of commands, read when one of its commands is asked for.

A command reads its options, calls the room that does the work and prints the outcome; errors of the hub become one
line (`entrance`). What does not belong: decisions, SQL, anything a second entrance would need too. To add a command:
write it in its family's module, name it in `catalogue`, run `python -m hub.commands.reference > docs/commands.md`.
"""
