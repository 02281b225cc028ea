"""Messenger screens for managers: a manager does the whole job from a chat.

`screens` says what a manager sees and may press, without knowing any messenger; `texts` holds the words in Russian and
English; `telegram` draws screens and turns presses and replies into use-cases; `intake` feeds it the stored updates;
`mail` draws them as letters for whom no messenger reaches, `terminal` in plain text.
What does not belong: rules (`hub.domain`, `hub.inbox`), SQL, client channels.

To add a screen: a pure function in its family's module of `screens`, its words in both catalogues, its press in
`screens.action` and the deed in `telegram`; every press is a command as well.
"""
