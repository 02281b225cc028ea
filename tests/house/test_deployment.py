"""What runs the hub for real fits the hub: roles, settings, health checks, secrets by file.

There is no container engine in the tests, so the files are read as text.
"""

import re
import stat
import subprocess
import sys
import tomllib
from fnmatch import fnmatch

import pytest

from hub.config import Config
from tests.house.documents import tracked_files
from tests.house.source import ROOT, source_files

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/hub.service").read_text(encoding="utf-8")
CADDYFILE = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")

# Read by compose and Caddy, not by the hub.
OURS_OUTSIDE = {"HUB_DOMAIN", "HUB_UPSTREAMS"}


def section(name):
    """The named blocks of one top-level section of the compose file."""
    text = re.search(rf"^{name}:\n((?:(?: .*)?\n)+)", COMPOSE, re.MULTILINE)
    assert text, f"no section {name}"
    return dict(re.findall(r"^  ([\w-]+):\n?((?:(?:    .*)?\n)*)", text[1], re.MULTILINE))


SERVICES = section("services")

COMMANDS = sorted(
    set(re.findall(r'^    command: \["(\w+)"\]$', COMPOSE, re.MULTILINE))
    | set(re.findall(r"bin/hub (\w+)$", UNIT, re.MULTILINE))
    | set(re.findall(r'^CMD \["(\w+)"\]', DOCKERFILE, re.MULTILINE))
)


def test_the_default_profile_is_app_database_and_proxy():
    assert {name for name, block in SERVICES.items() if "*role" not in block and "profiles:" not in block} == {
        "app",
        "database",
        "proxy",
    }


def test_the_scale_profile_adds_redis_and_every_role():
    assert set(SERVICES) - {"app", "database", "proxy"} == {"redis", "web", "work", "poll", "bot"}
    assert re.search(r"^x-role:.*\n(?:  .*\n)*?  profiles: \[scale\]$", COMPOSE, re.MULTILINE)


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"app", "web"}))
def test_a_service_has_a_health_check_or_says_why_not(service):
    assert "healthcheck:" in SERVICES[service] or "*listens-not" in SERVICES[service]


def test_what_listens_is_checked_by_the_image():
    assert "HEALTHCHECK" in DOCKERFILE
    assert "/healthz" in DOCKERFILE


def test_every_secret_comes_from_a_file_that_make_secrets_makes(tmp_path):
    subprocess.run([sys.executable, "deploy/make_secrets.py", tmp_path / "secrets"], cwd=ROOT, check=True, timeout=30)

    wanted = set(re.findall(r"file: \./secrets/(\w+)", COMPOSE))

    assert {path.name for path in (tmp_path / "secrets").iterdir()} == wanted == set(section("secrets"))


def test_secrets_are_made_once_and_closed_to_others(tmp_path):
    folder = tmp_path / "secrets"
    command = [sys.executable, "deploy/make_secrets.py", folder]
    subprocess.run(command, cwd=ROOT, check=True, timeout=30)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    subprocess.run(command, cwd=ROOT, check=True, timeout=30)

    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    assert first["postgres_password"].strip() in first["hub_dsn"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_every_volume_in_use_is_declared():
    used = set(re.findall(r"(?:- |\[\")([a-z-]+):/", COMPOSE))

    assert used == set(section("volumes"))


def test_the_image_is_built_from_the_lock_and_does_not_run_as_root():
    assert "--require-hashes --only-binary :all:" in DOCKERFILE
    assert re.search(r"^USER (?!root)\w+$", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE)


def test_the_lock_of_the_image_is_a_part_of_the_lock_of_the_tests():
    image, tests = (
        dict(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("deploy/requirements.lock", "requirements.lock")
    )

    assert len(image) > 20
    assert image.items() <= tests.items()


def test_every_file_of_the_packages_is_installed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]

    data = [
        path for path in tracked_files() if path.relative_to(ROOT).parts[0] in {"hub", "bots"} and path.suffix != ".py"
    ]

    assert [str(path) for path in data if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []


def test_every_folder_with_code_is_a_package():
    folders = {(ROOT / file.name).parent for file in source_files("hub", "bots")}

    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists(command):
    asked = [sys.executable, "-m", "hub", command, "--help"]

    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr


def test_every_setting_exists():
    named = set(re.findall(r"\bHUB_[A-Z_]+[A-Z]\b", COMPOSE + DOCKERFILE + UNIT + CADDYFILE)) - OURS_OUTSIDE
    fields = set(re.findall(r"^    (\w+):", (ROOT / "hub/config.py").read_text(encoding="utf-8"), re.MULTILINE))

    assert {name.removeprefix("HUB_").removesuffix("_FILE").lower() for name in named} - fields == set()


def test_values_of_settings_are_understood():
    given = re.findall(r'^    HUB_(TRUSTED_PROXIES|FILES|REDIS): "?([^"\n]+)', COMPOSE, re.MULTILINE)
    given += re.findall(r"\bHUB_(DATA|HOST|PORT)=(\S+)", UNIT)

    assert {name.lower() for name, _ in given} == {"trusted_proxies", "files", "redis", "data", "host", "port"}
    Config(**{name.lower(): value for name, value in given})
