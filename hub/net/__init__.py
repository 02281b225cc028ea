"""Outgoing HTTP, signatures and raw bodies: the only room that opens HTTP connections to others.

What does not belong: meaning. `http.py` is the client with timeouts and size limits, `guard.py` refuses addresses
inside our own network for every URL that a client or provider gave us, `signatures.py` compares secrets, `payloads.py`
and `multipart.py` read bodies that strangers wrote.
"""
