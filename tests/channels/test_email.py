from hub.channels.email import CHANNEL
from hub.testing.contracts.channel import ChannelContract


class TestEmail(ChannelContract):
    channel = CHANNEL
    any_bytes_parse = "any bytes are a letter; only empty ones and those over the parser's limits are refused"
    sends_without_http = "letters go by SMTP: tests/channels/email/test_smtp.py has the faults"
    settings = {
        "address": "sales@example.com",
        "imap_host": "127.0.0.1",
        "smtp_host": "127.0.0.1",
        "user": "sales@example.com",
        "password": "app-password-1",
    }
