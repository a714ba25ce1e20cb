# One short command per chore; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# a file's tests stay together: they share what they have set up
PYTEST_OPTIONS ?= -q -n 2 --dist loadfile

# another port for `make run`: make run PORT=8061
PORT ?=

# the stamps are younger than the lock files that were installed last
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: help
help: ## lists the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUN_STAMP) ## shows the product with sample data, on http://127.0.0.1:8050/
	@$(BIN)/ioc demo $(if $(PORT),--port $(PORT))

.PHONY: test
test: $(DEV_STAMP) ## runs all tests, in a browser too
	@.ci/chromium
	@.ci/postgresql
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS)

.PHONY: check
check: $(DEV_STAMP) ## format, lint, types, import contract, Dockerfile, then all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	@$(MAKE) --no-print-directory test

.PHONY: bench
bench: $(DEV_STAMP) ## measures against floors of the same run; fails over a limit
	@$(BIN)/python -m tests.performance.bench

.PHONY: fuzz
fuzz: $(DEV_STAMP) ## spoils the fixtures of every kind of file 2,000 times; nothing may break
	@$(BIN)/python -m tests.fuzz.run

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages, with those for the tests …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(RUN_STAMP)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "The module venv is missing; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
