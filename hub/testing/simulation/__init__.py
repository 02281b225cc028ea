"""The pure core in virtual time: folds and use-cases of the hub over rows in memory, thousands of seeds a minute.

A seed draws a story: clients write, mail, call and fill in forms, late, twice and in any order; managers take, answer,
close and merge; rules change, workers die or stall, the watch of clocks sleeps. The same use-cases as in production
run it (`hub.inbox`), over `rows.MemoryRows` instead of PostgreSQL and on `loop.VirtualLoop` instead of real time, and
`oracle.Oracle` asks after every commit and at the end what `hub.testing.invariants` and the reliability contract ask.

What it leaves out: SQL, locks and real concurrency (`tests/invariants` over the store), processes and sockets
(`hub.testing.crash`), automations and shifts by schedule. To add something that happens, add a deed to `deeds` and
let `drawing` draw it; to add a promise, add a check to `oracle` and a planted defect that breaks it to the tests.
"""
