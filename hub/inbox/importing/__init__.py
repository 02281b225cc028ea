"""Contacts and leads from a file: what its columns mean, what a row says, whose card it is, and taking a batch back.

`columns` and `reading` turn a row into what it says, `folding` puts that into the working set by the rules of matching
(M-1 to M-6, proof level `imported`), `run` does a file in chunks, `rehearsal` the same without a trace, `undoing` the
way back. Nothing here opens a wait, tells anybody or routes. A further meaning of a column is a member of
`columns.Meaning` with its headers and a line in `reading`.
"""
