"""What the hub says to a client where the rules have no words of their own, in Russian and English.

Only for what a client has asked for by a command or a press, or a manager by one: nothing here is ever said unasked.
"""

from collections.abc import Mapping

from hub.domain.line import AutoText

DEFAULTS: Mapping[str, Mapping[AutoText, str]] = {
    "ru": {
        AutoText.privacy: "Как мы обращаемся с вашими данными: {{privacy_url|спросите здесь, мы ответим}}. "
        "Не получать автоматических сообщений: /stop.",
        AutoText.stopped: "Больше никаких автоматических сообщений и просьб об оценке. "
        "На ваши вопросы мы отвечаем по-прежнему. Вернуть как было: /start.",
        AutoText.rating: "Оцените, пожалуйста, наш ответ: 1 – плохо, 5 – отлично.",
        AutoText.rated: "Спасибо! Ваша оценка: {{rating}}. Её можно изменить.",
        AutoText.file_link: "Файл{{file.name}} больше 20 МБ: таких Telegram нам не передаёт. "
        "Пришлите, пожалуйста, ссылку на него – на Яндекс Диск или другое облако.",
        AutoText.contact_button: "📱 Поделиться номером",
    },
    "en": {
        AutoText.privacy: "How we treat your data: {{privacy_url|ask here, we will answer}}. "
        "To get no automatic messages: /stop.",
        AutoText.stopped: "No more automatic messages or requests for a rating. "
        "We answer your questions as before. To undo it: /start.",
        AutoText.rating: "Please rate our answer: 1 is bad, 5 is excellent.",
        AutoText.rated: "Thank you! Your rating: {{rating}}. You can change it.",
        AutoText.file_link: "The file{{file.name}} is over 20 MB: Telegram does not pass such files on to us. "
        "Please send a link to it, on any cloud drive.",
        AutoText.contact_button: "📱 Share my number",
    },
}


def say_by_default(purpose: AutoText, language: str) -> tuple[str, str]:
    """Return language and text for a client who speaks `language` (an IETF tag); both empty where nothing is said."""
    spoken = "en" if language.partition("-")[0].lower() not in ("", "ru") else "ru"
    text = DEFAULTS[spoken].get(purpose, "")
    return (spoken, text) if text else ("", "")
