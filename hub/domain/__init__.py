"""Words and rules of the hub, pure: no I/O, no clock reading, no framework.

Everything here is a value or a function of values. What does not belong: SQL, sockets, pydantic, reading the time,
provider names. To add a rule, put it into the module named after its noun and name its id in the docstring.
"""
