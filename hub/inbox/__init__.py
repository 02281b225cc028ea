"""Use-cases: what may happen to a client's request, one module a noun.

A use-case asks for its rights, folds over a working set (`hub.store.worksets`) and commits once; whatever has to leave
the hub is a delivery written in that commit. What does not belong: SQL, sockets, providers, texts of screens. To add
one, write a fold over the working set and a function that runs it with `office.change`.
"""
