"""Settings of an installation: `hub.toml`, `HUB_*` variables, secrets from files (`HUB_DSN_FILE` …).

Everything else (connections, rules, people) lives in the database. Read by `hub.app` and the command line alone.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.domain.errors import ConfigError

_FROM_FILES = ("dsn", "redis", "secret_keys", "metrics_token")


class Config(BaseSettings):
    """One installation. Unknown names are refused; every field may come from `hub.toml` or `HUB_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="forbid")

    data: Path = Field(default=Path("data"), description="Directory of the embedded database, files and the key file.")
    dsn: SecretStr = Field(
        default=SecretStr(""),
        description="PostgreSQL to use instead of the embedded one: postgresql://user:pass@host/db.",
    )
    redis: SecretStr = Field(
        default=SecretStr(""), description="Redis or Valkey for several processes: redis://host:6379/0. Optional."
    )
    files: Path | None = Field(default=None, description="Directory of files; several machines share one mount.")
    pg_bin: Path | None = Field(default=None, description="Directory with the PostgreSQL programs of the embedded one.")
    public_url: str = Field(default="", description="Address at which providers reach us, https://hub.example.ru.")
    secret_keys: SecretStr = Field(
        default=SecretStr(""), description="Keys that encrypt secrets, comma-separated, newest first; else a key file."
    )
    trusted_proxies: int = Field(default=0, ge=0, le=5, description="Own proxies before us whose headers are believed.")
    host: str = Field(default="127.0.0.1", description="Address to listen at.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen at; 0 takes a free one.")
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token for /metrics; without one it answers this machine alone."
    )
    language: str = Field(default="ru", pattern="^(ru|en)$", description="Language of what the command line says.")
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="Least level logged.")
    log_json: bool = Field(default=False, description="Log lines as JSON, for machines.")
    pool_size: int = Field(default=12, ge=4, le=90, description="Database connections a process may hold.")
    workers: int = Field(default=2, ge=1, le=8, description="Tasks that process receipts in this process.")
    proxy: str = Field(default="", description="HTTP proxy for outgoing requests of the hub.")
    mail_after: int = Field(
        default=120,
        ge=0,
        le=86_400,
        description="Seconds the manager bot may take nothing until notices go to managers' own mailboxes.",
    )

    @property
    def files_dir(self) -> Path:
        """Return where files lie."""
        return self.files or self.data / "files"

    @property
    def spool_dir(self) -> Path:
        """Return where payloads wait while the database is away: on this machine's own disk."""
        return self.data / "spool"

    @property
    def key_file(self) -> Path:
        """Return where the key file lies if `secret_keys` is not given."""
        return self.data / "secret.key"


def load_config(path: Path | None = None, **overrides: Any) -> Config:
    """Return the settings: `overrides` (None left out), then `HUB_*`, then the file, then defaults.

    Raises:
        ConfigError: a value or name is wrong; says which and where.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    file = path or Path(os.environ.get("HUB_CONFIG", "hub.toml"))
    stored = _read_file(file, is_wanted=path is not None)
    from_files = {name: text for name in _FROM_FILES if (text := _secret_file(name))}
    known = {name: value for name, value in stored.items() if f"HUB_{name.upper()}" not in os.environ}
    try:
        return Config(**{**known, **from_files, **given})
    except ValidationError as error:
        raise ConfigError(_sentence(error, file)) from error


def _read_file(path: Path, *, is_wanted: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError:
        if is_wanted:
            raise ConfigError(f"there is no file {path}") from None
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _secret_file(name: str) -> str:
    path = os.environ.get(f"HUB_{name.upper()}_FILE", "")
    if not path:
        return ""
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ConfigError(f"HUB_{name.upper()}_FILE: {path} cannot be read: {error.strerror}") from error


def _sentence(error: ValidationError, file: Path) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"{file}: there is no setting '{place}'; `hub check` lists those there are"
    return f"setting '{place}' (HUB_{place.upper()}): {first['msg']}"
