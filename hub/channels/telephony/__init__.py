"""Telephony providers, one module each; what they share stands in `base.py`.

A provider reports the stages of a call as `CallEvent`; folding them into a session is `hub.domain.call`. How to add
one: `docs/telephony.md`.
"""
