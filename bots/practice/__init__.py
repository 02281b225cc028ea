"""What a newcomer may try without clients: five stories as plain values, and how far somebody has come in them.

Nothing here is a conversation, a wait or a lead: no table but the bot's own memory knows of it, so no report can count
it, no CRM sees it and no list of colleagues shows it. Screens are `bots.screens.practice`; who presses and writes is
`bots.telegram`'s. To add a story: a member of `StoryKey`, its scenes in `stories` and its words in both catalogues.
"""
