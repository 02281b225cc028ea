"""English texts about personal accounts that the clients' bot answers for (Telegram Business)."""

TEXTS = {
    "card.reply_until": "⏳ An answer this way has to leave ",
    "failure.window_closed": (
        "more than 24 hours since the client wrote, or the account's owner closed this chat to the bot"
    ),
    "failure.account_off": "the colleague's account has left the bot",
    "account.open": "🔗 {account} connects their own account to the bot “{name}”. Answers by phone count for: {owner}",
    "account.open_unknown": (
        "🔗 {account} connects their own account to the bot “{name}”. The hub does not know whose it is: an answer by "
        "phone stops the clock and counts for nobody. To correct it: hub people address KEY tg_user {owner_id}"
    ),
    "account.mute": (
        "⚠️ {account}: the bot “{name}” reads the chats and may not answer. The owner: Settings → Telegram Business → "
        "Chatbots → “Reply to Messages”. Until then answers to clients go other ways"
    ),
    "account.off": (
        "⚠️ {account}: the account has left the bot “{name}”. Its clients' new messages do not reach the hub; what was "
        "begun can go on over other channels"
    ),
}
