# Everything a developer says to this project. `make` alone lists it.
# Needs Python 3.11 or newer with its venv module, and make; all else is installed into .venv.

PYTHON ?= python3
ARGS ?=
SEEDS ?= 2000
FROM ?= 1
MINUTES ?= 30
RATE ?= 200
KILLS ?= 60
CUT ?= 35
SEED ?=

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TYPED := hub bots tests conftest.py deploy/make_secrets.py $(wildcard bench)
# A suite that has no test yet is no failure.
OR_EMPTY := || [ $$? -eq 5 ]

.DEFAULT_GOAL := help
.PHONY: help setup run test acceptance test-pg15 check crash crash-defects crash-points two-machines sim soak slow bench bench-ab lock secrets clean

help: ## list what can be said
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: .venv/.ready ## make .venv and install exactly the locked packages and the project
	@echo "setup: .venv holds exactly the packages of requirements.lock"

run: setup ## play with the hub on this machine: sandbox with form, phone, mailbox, Telegram and manager
	@echo "run: the sandbox, no token and no Internet needed; stop it with Ctrl-C"
	@$(BIN)/hub demo $(ARGS)

test: setup ## run every test that needs only what pip brings, and say at the end what was left out
	@echo "test: every test that needs only what pip brings; the end says what was left out and why"
	@$(PYTEST) -n 3 -m "not slow and not debian" $(ARGS)

acceptance: setup ## run the tests that need programs of Debian packages (Dovecot, Redis, Chromium, wrk, PostgreSQL)
	@echo "acceptance: the tests that need programs of Debian packages"
	@$(PYTEST) -n 2 --dist=loadfile -m "debian and not slow" $(ARGS) $(OR_EMPTY)

test-pg15: setup ## run the store and acceptance tests on the system's PostgreSQL instead of the wheel
	@echo "test-pg15: the store and acceptance tests on the system's PostgreSQL"
	@HUB_TEST_PG=system $(PYTEST) -n 2 -m "(store or acceptance) and not slow and not debian" $(ARGS) $(OR_EMPTY)

check: setup ## format, lint, types, imports, sizes and documents; under a minute
	@echo "check: format, lint, types, imports, sizes, documents; changes nothing"
	@$(BIN)/ruff format --check --quiet . || { echo "check: run $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.house.sizes
	@$(BIN)/python -m tests.house.documents

crash: setup ## kill the hub's processes under load and judge what is left (KILLS=60, SEED=random)
	@echo "crash: kills of a hub under load, judged; the last line is the summary as JSON"
	@$(BIN)/python -m hub.testing.crash --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(ARGS)

crash-defects: setup ## plant every known defect in a copy and see the crash harness catch it (NAMES=…); about an hour
	@echo "crash-defects: planted defects, one by one in a copy, each hunted until it is caught"
	@$(BIN)/python -m tests.crash.defects $(NAMES) $(if $(SEED),--seed $(SEED)) $(ARGS)

two-machines: setup ## two workers in network namespaces, one cut off for CUT seconds under load; needs root and ip
	@echo "two-machines: one of two workers is cut off for $(CUT) s; the last line is the summary as JSON"
	@$(BIN)/python -m hub.testing.crash.two_machines --cut $(CUT) $(if $(SEED),--seed $(SEED)) $(ARGS)

sim: setup ## run the core in virtual time: SEEDS stories from FROM on; prints the shortest that fails
	@echo "sim: the pure core in virtual time, $(SEEDS) seeds from $(FROM)"
	@$(BIN)/python -m hub.testing.simulation --seeds $(SEEDS) --from $(FROM) $(ARGS)

crash-points: setup ## kill the hub at every crash point of every flow and compare the ends (FLOWS=…, HITS=all)
	@echo "crash-points: every point of every flow; the last line is the summary as JSON"
	@$(BIN)/python -m hub.testing.crash.points $(FLOWS) $(if $(HITS),--hits $(HITS)) $(ARGS)

soak: setup ## run all roles under load for MINUTES at RATE messages a second; fails if anything grows
	@echo "soak: all roles, $(MINUTES) minutes at $(RATE) messages a second"
	@$(BIN)/python -m bench.soak --minutes $(MINUTES) --rate $(RATE) $(ARGS)

slow: setup ## run the full-size figures and long repetitions; takes hours
	@echo "slow: full sizes and long repetitions"
	@$(PYTEST) -m slow --timeout=7200 $(ARGS) $(OR_EMPTY)

bench: setup ## measure speed and size against the floors, one JSON line each
	@echo "bench: speed and size against the floors; JSON lines"
	@$(BIN)/python -m bench $(ARGS)

bench-ab: setup ## compare this commit's speed with its parent's: seven interleaved runs in two worktrees
	@echo "bench-ab: this commit against its parent, seven interleaved runs"
	@$(BIN)/python -m bench.ab $(ARGS)

lock: ## write both lock files anew from pyproject.toml (needs uv)
	@echo "lock: requirements.lock and deploy/requirements.lock from pyproject.toml"
	@uv pip compile pyproject.toml --extra build --extra demo --extra dev $(LOCK_FORM) -o requirements.lock
	@uv pip compile pyproject.toml --extra build $(LOCK_FORM) -c requirements.lock -o deploy/requirements.lock

LOCK_FORM := --universal --python-version 3.11 --generate-hashes --no-header --quiet

secrets: ## make the secret files that docker compose needs, once
	@echo "secrets: what is missing in secrets/ for docker compose; keeps what is there"
	@$(PYTHON) deploy/make_secrets.py secrets

clean: ## remove caches and build products; keeps .venv and every data directory
	@echo "clean: caches and build products"
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage bench/out
	@find hub bots tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "setup: $(PYTHON) is not Python 3.11 or newer; install one, or name it: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "setup: $(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

# Nothing unpinned comes in: wheels by hash, then the project itself with the setuptools of the lock.
.venv/.ready: requirements.lock pyproject.toml | .venv/bin/python
	@echo "setup: installing the locked packages into .venv (the first time takes a minute or two)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@
