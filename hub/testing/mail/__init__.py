"""The outside of e-mail at sockets: a small IMAP server, an SMTP server with scripted phases, and the real Dovecot.

The sandbox and the tests use the first two; `dovecot.py` needs the program of Debian's dovecot-imapd. Nothing knows
the channel that talks to it.
"""
