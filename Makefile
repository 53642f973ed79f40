# The one front door. Paths are relative throughout: make cannot handle a space in one.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install install-dev install-bench demo up down status clean test test-airflow test-compose test-browser screenshots mutants bench guarantees check docs worker-archive compose-env lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: install ## run all of TIER 1 once, on simulated EC2 and real exchange rates
	@$(BIN)/python -m embedded demo

up: install ## start the services and Airflow's UI, and leave them running
	@$(BIN)/python -m embedded up

down: install ## stop the services; the data stay
	@$(BIN)/python -m embedded down $(if $(NOW),--now)

status: install ## show which services run
	@$(BIN)/python -m embedded status

clean: install ## stop the services and forget all data
	@$(BIN)/python -m embedded clean $(if $(NOW),--now)

test: install-dev ## run the tests, but those on a running Airflow and in containers
	@$(BIN)/python -m pytest -n 3 --durations=15 --ignore tests/airflow --ignore tests/compose --ignore tests/browser $(ONLY)

ROWS ?= tests/airflow
test-airflow: install-dev ## whatever happens, the instance is small again: on three running Airflows (20 to 30 minutes)
	@$(BIN)/python -m pytest -n 3 --dist worksteal -v $(ROWS) $(ONLY)

test-compose: install-dev ## docker compose up, for real: in containers, on an engine of its own (10 to 15 minutes)
	@$(BIN)/python -m pytest -v tests/compose

test-browser: install-dev ## the job in a real browser, from log-in to a cleared stage (some 10 minutes)
	@$(BIN)/python -m pytest -v tests/browser $(ONLY)

SHOWN := before live green
screenshots: install-dev ## make the pictures of docs/images from a run that a browser has watched
	@$(BIN)/python -m pytest -v tests/browser/test_first_run.py
	@mkdir -p docs/images && cp $(SHOWN:%=build/browser/test_the_whole_job/%.png) docs/images/

mutants: install-dev ## take out the mechanism of each of these tests: it has to fail (half an hour and more)
	@$(BIN)/python -m pytest -n 3 --dist worksteal -v $(ROWS) --mutants

bench: install-bench ## measure a year of minutes beside the floor, other libraries and the runbook (half an hour)
	@$(BIN)/python -m bench

guarantees: install-dev ## make docs/reference/guarantees.md from what test-airflow has shown
	@PYTHONPATH=plugins $(BIN)/python -m tests.airflow.guarantees

check: install-dev ## lint, types, import rules, SQL style
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright
	@PYTHONPATH=plugins $(BIN)/lint-imports
	@$(BIN)/sqlfluff lint include/store

docs: install ## make the reference pages again
	@$(BIN)/python -m tools

worker-archive: ## pack what a worker on the instance runs: deploy/worker/install.sh installs it there
	@$(PYTHON) deploy/worker/archive.py

compose-env: ## write settings and secrets for docker compose; what is there is kept
	@$(PYTHON) deploy/containers/compose_env.py

lock: $(BIN)/uv ## compile the pinned requirements again
	$(BIN)/uv pip compile $(LOCK) requirements-uv.in -o requirements-uv.txt
	$(BIN)/uv pip compile $(LOCK) requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile $(LOCK) requirements-bench.in -o requirements-bench.txt

install: .venv/installed ## install what the project needs into .venv (all others do it by themselves)
install-dev: .venv/installed-dev
install-bench: .venv/installed-bench

LOCK := --universal --python-version 3.11 --generate-hashes --no-header
# bytecode now, because some environments forbid Python to write it later and every start would be slow
INSTALL := $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes

.venv/installed: requirements.txt | $(BIN)/uv
	@echo "Installing into .venv: one to three minutes, up to one of them silent while bytecode is compiled ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed | $(BIN)/uv
	@$(INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

.venv/installed-bench: requirements-bench.txt .venv/installed-dev | $(BIN)/uv
	@$(INSTALL) -r requirements.txt -r requirements-dev.txt -r requirements-bench.txt
	@touch $@

$(BIN)/uv: requirements-uv.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"Choose another: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv
