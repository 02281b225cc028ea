"""`hub check`: tests what the hub needs and says what to do. Exit code 1 if anything is wrong."""

import asyncio
from dataclasses import asdict
from urllib.parse import urlsplit

import typer

from hub.app.machine import look_at_machine
from hub.commands.findings import Finding, look_at_everything
from hub.commands.ground import ensure_hub
from hub.commands.language import in_language
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_table
from hub.commands.quiet import keep_quiet
from hub.commands.status_lines import list_machine
from hub.commands.texts import say, word
from hub.config import Config
from hub.domain.errors import ConfigError

app = typer.Typer()


@app.command()
@with_config("redis", "files", "public_url")
def check(config: Config, *, as_json: AsJson = False) -> None:
    """Test database, Redis, files, disks, address and every connection; show the settings in force without secrets."""
    keep_quiet()
    ensure_hub(config)
    language = "en" if as_json else config.language
    findings = asyncio.run(_collect(config, language)) + _look_at_machine(config, language)
    if as_json:
        print_json({"settings": shown_settings(config), "findings": [asdict(each) for each in findings]})
    else:
        print_table((say(config.language, "check.setting"), ""), shown_settings(config).items())
        typer.echo()
        print_table((say(config.language, "check.thing"), "", ""), [_row(each, config.language) for each in findings])
    wrong = [_thing(each, config.language) for each in findings if not each.is_ok]
    if wrong:
        raise ConfigError(f"{len(wrong)} of {len(findings)} need you: {', '.join(wrong)}; what to do stands above")


def shown_settings(config: Config) -> dict[str, str]:
    """Return the effective settings as text, secrets and passwords in addresses hidden."""
    shown = {name: str(value) if value is not None else "" for name, value in config}
    return shown | {"proxy": _without_password(config.proxy)}


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl() if parts.username else address


async def _collect(config: Config, language: str) -> list[Finding]:
    return [finding async for finding in look_at_everything(config.model_copy(update={"language": language}))]


def _look_at_machine(config: Config, language: str) -> list[Finding]:
    """Return what can be told without the database."""
    return [Finding(line.thing, line.is_ok, line.says) for line in list_machine(look_at_machine(config), language)]


def _row(finding: Finding, language: str) -> tuple[str, ...]:
    mark = "ok" if finding.is_ok else "!!"
    return _thing(finding, language), mark, in_language(finding.says, language)


def _thing(finding: Finding, language: str) -> str:
    """Return what people call what was looked at; of which connection stands after a colon."""
    what, colon, of = finding.thing.partition(": ")
    return f"{word(language, 'thing', what)}{colon}{of}"
