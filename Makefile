# All logic stands in `python app.py`; here are only the short names for it.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first Python from 3.11 on; `make PYTHON=… setup` chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
TESTS ?= tests
# Each process has its own PostgreSQL and Redis.
PROCESSES ?= auto

# Compiled modules are kept even where the environment says otherwise: the second start is then 0.9 s instead of 3.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run test lint bench fuzz demo tour lock clean
.PHONY: .dev

help:  ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## */\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-7s %s\n", $$1, $$2}'

setup: .venv/.ready  ## prepare .venv from the lock file; nothing else

.venv/.ready: requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (make PYTHON=/path/to/python3)"; exit 1; }
	@.ci/venv "$(PYTHON)" requirements.lock
	@touch $@

.dev: setup .venv/.ready-dev

.venv/.ready-dev: requirements-dev.lock | .venv/.ready
	@.ci/venv "$(PYTHON)" requirements-dev.lock
	@touch $@

run: setup  ## serve the demo on 127.0.0.1:8000 (PORT changes it)
	@$(PY) app.py run

demo: setup  ## load the demo into DATABASE_URL
	@$(PY) app.py demo

tour: setup  ## walk the four real cases of 2025 and write their documents into var/tour
	@$(PY) app.py tour --out var/tour

test: .dev  ## all tests, on SQLite, PostgreSQL, Redis and in Chromium (TESTS=… narrows)
	@$(PY) -m tests.servers.provide
	@$(PY) -m pytest $(TESTS) -n $(PROCESSES) --dist loadgroup

lint: .dev  ## style, types, import directions, migrations, catalogues, workflows
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m tests.contracts.check_migrations
	@$(PY) -m tests.contracts.check_catalogues
	@$(PY) app.py workflow check
	@$(PY) app.py workflow test

bench: .dev  ## measure (benchmarks/); figures are kept in var/benchmarks, a figure that has fallen is a fault
	@missed=; for one in rendering batch peers engine transition pages scale; do \
		$(PY) -m benchmarks.bench_$$one var/benchmarks/$$one.json || missed="$$missed $$one"; done; \
	$(PY) -m pytest benchmarks -q -s -p tests.conftest -o python_files='bench_outbox.py' || missed="$$missed outbox"; \
	if [ -n "$$missed" ]; then echo "below what was asked:$$missed"; exit 1; fi

fuzz: .dev  ## random histories, FUZZ_RUNS (10000) of each kind
	@FUZZ_RUNS=$${FUZZ_RUNS:-10000} $(PY) -m pytest tests -m fuzz -q -n $(PROCESSES)

lock: .dev  ## write the lock files anew from pyproject.toml
	@uv=$$(command -v uv || echo .venv/bin/uv); set -e; \
	common="--quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links"; \
	$$uv pip compile $$common pyproject.toml -o requirements.lock; \
	$$uv pip compile $$common --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:  ## remove what was built (not var/, where the demo's data is)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
