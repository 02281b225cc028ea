"""Fakes of CRMs at sockets, one file each, as strict, slow and forgetful as the real ones are documented to be.

`kit` is what they share: serving, faults on command, a log of calls, a counting limiter. Each fake keeps its own
records and its vendor's manners (unknown fields, empty answers, limits), and has `human_*` methods for what a person
would do in its pages. Nothing here imports pytest.
"""
