"""Makes the secret files that docker-compose.yml mounts: `python deploy/make_secrets.py secrets`.

Makes what is missing and never changes a file that is there, so it may be called again
at any time. The folder is closed to other accounts of the machine; the files in it are
readable, because a container reads them as an account that the machine does not know.
Needs nothing but Python: it runs before anything is installed.
"""

import base64
import secrets
import sys
from pathlib import Path


def make(file: Path, content: str) -> str:
    """Write a secret unless its file is there; return what the file holds."""
    if not file.exists():
        file.write_text(content + "\n")
        file.chmod(0o444)
    return file.read_text().strip()


def main(folder: Path) -> None:
    """Make the database password, the DSN that holds it, and the first key of the stored secrets."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    password = make(folder / "postgres_password", secrets.token_urlsafe(32))
    make(folder / "hub_dsn", f"postgresql://hub:{password}@database:5432/hub")
    make(folder / "hub_secret_keys", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
