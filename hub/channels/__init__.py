"""Translators between providers and the words of the hub, one module a kind.

What does not belong: SQL, routing, web frameworks, knowledge of another channel. How to add one: `hub.channels.base`.
"""
