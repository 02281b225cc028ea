"""What the tests of a mailbox share: settings for a server on loopback, a clock that stands, a certificate."""

import datetime as dt
import ipaddress
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.channels.email.settings import EmailSettings
from hub.domain.inbound import InboundMessage
from hub.net.http import Http
from hub.testing.contracts.bench import make_context

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


class StillClock:
    def now(self):
        return NOW


CONTEXT = replace(make_context(Http()), name="sales", clock=StillClock())


def mailbox_settings(*, imap_port=1, smtp_port=1, **changes) -> EmailSettings:
    """Return settings of a mailbox on loopback; in clear unless the test says otherwise."""
    return EmailSettings(
        **{
            "address": "sales@example.com",
            "from_name": "Ромашка",
            "imap_host": "127.0.0.1",
            "imap_port": imap_port,
            "smtp_host": "127.0.0.1",
            "smtp_port": smtp_port,
            "user": "sales@example.com",
            "password": "app-password-1",
            "plain_hosts": ("127.0.0.1",),
            **changes,
        }
    )


def only_message(parsed) -> InboundMessage:
    """Return the one message a letter gave."""
    (event,) = parsed
    assert isinstance(event, InboundMessage)
    return event


def make_certificate(folder: Path) -> Path:
    """Write a self-signed certificate for 127.0.0.1 with its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(pem, form, bare) + certificate.public_bytes(pem))
    return path
