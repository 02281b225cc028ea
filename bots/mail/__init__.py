"""Notices by e-mail as working cards: the screens of `bots.screens`, drawn as letters.

For managers whom the messenger does not reach. A reply to a letter answers the client (`hub.inbox.card_answers`), its
links lead to a page that asks before it acts. What does not belong here: when a notice goes by mail
(`hub.delivery.mail_notices`), how a letter leaves (`hub.channels.email`). To add another notice: one teller in
`notices.py`.
"""
