"""The real Dovecot (Debian: dovecot-imapd) with a configuration of ours in a folder of its own, on a free port.

Needs no installation beyond the program: users, mail and sockets live in the given folder. Run as root it lets Dovecot
drop to the program's own unprivileged users, as it insists on.
"""

import asyncio
import getpass
import os
import pwd
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
USER = "sales@example.com"
PASSWORD = "app-password-1"
_READY_SECONDS = 10

_CONFIGURATION = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificates}
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
disable_plaintext_auth = no
mail_location = maildir:{base}/mail
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
last_valid_uid = 0
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


@dataclass(slots=True)
class Dovecot:
    """A running server over a Maildir. `port` speaks in clear, `tls_port` TLS if a certificate was given."""

    base: Path
    port: int
    tls_port: int
    certificate: Path | None = None
    _process: asyncio.subprocess.Process | None = None
    _delivered: int = 0

    def deliver(self, raw: bytes) -> None:
        """Put a letter into the Maildir as a delivery agent does: written aside, then moved into `new`."""
        self._delivered += 1
        name = f"{1700000000 + self._delivered}.M{self._delivered}P1.test"
        aside = self.base / "mail/tmp" / name
        aside.write_bytes(raw)
        shutil.chown(aside, _user(), _group())
        aside.rename(self.base / "mail/new" / name)

    async def start(self) -> None:
        """Start the server and wait until it listens."""
        program = shutil.which("dovecot", path=SEARCH_PATH)
        if program is None:
            raise FileNotFoundError("dovecot is not on this machine: apt-get install dovecot-imapd")
        configuration = str(self.base / "dovecot.conf")
        self._process = await asyncio.create_subprocess_exec(program, "-F", "-c", configuration, start_new_session=True)
        async with asyncio.timeout(_READY_SECONDS):
            while not await self._listens():
                if self._process.returncode is not None:
                    raise RuntimeError((self.base / "dovecot.log").read_text())
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End the server with all its processes at once, as a machine does that loses power: politely it takes 10 s."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@asynccontextmanager
async def run_dovecot(base: Path, certificate: Path | None = None) -> AsyncIterator[Dovecot]:
    """Run a server in `base` (any folder that other users may traverse) until the block ends."""
    server = Dovecot(base, _free_port(), _free_port(), certificate)
    _prepare(server)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def _prepare(server: Dovecot) -> None:
    base = server.base
    for folder in ("mail/new", "mail/cur", "mail/tmp", "home", "run", "state"):
        (base / folder).mkdir(parents=True)
    for path in (base / "mail", *(base / "mail").iterdir(), base / "home"):
        shutil.chown(path, _user(), _group())
    pem = server.certificate
    text = _CONFIGURATION.format(
        base=base,
        user=_user(),
        group=_group(),
        password=PASSWORD,
        plain_port=server.port,
        tls_port=server.tls_port,
        ssl="yes" if pem else "no",
        certificates=f"ssl_cert = <{pem}\nssl_key = <{pem}" if pem else "",
    )
    (base / "dovecot.conf").write_text(text)


def _user() -> str:
    """Return who the server's processes run as: Dovecot refuses to read mail as root."""
    return "dovecot" if os.geteuid() == 0 else getpass.getuser()


def _group() -> str:
    import grp  # noqa: PLC0415 -- POSIX only, like the program

    return grp.getgrgid(pwd.getpwnam(_user()).pw_gid).gr_name


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
