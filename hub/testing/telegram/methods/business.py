"""Methods about accounts that a bot answers for; sending and editing there are the usual ones, told the account."""

from hub.testing.telegram.business_state import find_link
from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Json


async def get_business_connection(call: Call) -> Json:
    """Return how an access is now, also one that was taken away."""
    link = call.bot.links.get(call.params.text("business_connection_id"))
    if link is None:
        raise bad_request("business connection not found")
    return link.as_json()


async def delete_business_messages(call: Call) -> bool:
    """Delete messages the bot sent for the account; those that cannot be found are skipped."""
    link = find_link(call.bot.links, call.params.text("business_connection_id"))
    if "can_delete_sent_messages" not in link.rights:
        raise bad_request("not enough rights")
    wanted = {int(each) for each in call.params.nested("message_ids") or []}
    for chat in link.chats.values():
        for post in (each for each in chat.posts if each.message_id in wanted):
            if post.by_bot is not call.bot.user:
                raise bad_request("message can't be deleted")
            post.is_deleted = True
            call.bot.changed(chat)
    return True


async def read_business_message(call: Call) -> bool:
    """Mark what a client wrote as read."""
    link = find_link(call.bot.links, call.params.text("business_connection_id"))
    chat = link.chats.get(call.params.number("chat_id") or 0)
    if chat is None or chat.find_post(call.params.number("message_id")) is None:
        raise bad_request("message not found")
    return True


BUSINESS_METHODS: dict[str, Method] = {
    "getBusinessConnection": get_business_connection,
    "deleteBusinessMessages": delete_business_messages,
    "readBusinessMessage": read_business_message,
}
