# Every target brings what it needs: python3 (with venv) and make are enough.
PYTHON ?= python3
UV_VERSION := 0.13.9
HOST ?= 127.0.0.1
PORT ?= 8000
DATABASE_URL ?= sqlite:///.local/db.sqlite3
ARGS ?=
KILLS ?= 50
SEED ?=

BIN := .venv/bin
# Node comes from the virtualenv, whatever the machine has; a proxy's certificate
# is among those of the system.
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca $(BIN)/npm --prefix editor
EDITOR := pages/static/wayflow/editor.js
EDITOR_SOURCES := $(shell find editor/src ! -name '*.test.ts*') \
	editor/package.json editor/tsconfig.json editor/vite.config.ts
LOCAL = WAYFLOW_DEBUG=true WAYFLOW_SECRET_KEY="$$(cat .local/secret_key)" \
	DATABASE_URL="$(DATABASE_URL)"

export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
unexport VIRTUAL_ENV DJANGO_SETTINGS_MODULE PYTHONHOME PYTHONPATH
# What is begun often, such as the servers of the tests, is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: setup run editor wheel test test-editor test-engine chaos lint check bench fmt help

setup: .venv/.synced editor/node_modules/.installed ## Install the locked dependencies

run: .venv/.synced .local/secret_key $(EDITOR) ## Serve on http://127.0.0.1:8000 with demo data (HOST=, PORT=)
	@$(LOCAL) $(BIN)/python manage.py migrate --verbosity 0
	@$(LOCAL) $(BIN)/python manage.py seed_demo --url "http://$(HOST):$(PORT)"
	@$(LOCAL) $(BIN)/uvicorn wayflow_project.asgi:application \
		--host "$(HOST)" --port "$(PORT)" --lifespan on --timeout-graceful-shutdown 5

editor: $(EDITOR) ## Build the editor, as run and test do

wheel: .venv/.uv-$(UV_VERSION) ## Build a wheel, with the editor in it, into dist/
	$(BIN)/uv build --python $(BIN)/python --clear --out-dir dist

test: .venv/.synced test-editor ## Run all tests on all cores (ARGS= goes to pytest, in one process)
	$(BIN)/python -X dev -m pytest $(or $(ARGS),-n auto)

test-editor: $(EDITOR) ## Run the editor's own tests, without a server
	$(NPM) run --silent check-size
	$(NPM) run --silent test

test-engine: .venv/.synced ## Run the engine's own tests, without Django
	$(BIN)/python -X dev -m pytest -c /dev/null --rootdir . -p no:django \
		--import-mode=importlib -o asyncio_mode=auto -o pythonpath=. tests/wayflow

chaos: .venv/.synced ## Kill servers until KILLS are reached; SEED= repeats a failure
	CHAOS_KILLS=$(KILLS) CHAOS_SEED=$(SEED) \
		$(BIN)/python -X dev -m pytest tests/chaos $(ARGS)

lint: .venv/.synced editor/node_modules/.installed ## Check style, types, imports between rooms, and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(NPM) run --silent check
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check

check: lint test ## All that must hold before a change goes in

bench: .venv/.synced ## Measure the engine beside this machine's floor
	$(BIN)/python -m bench $(ARGS)

fmt: .venv/.synced ## Format the code and repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.venv/.uv-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@touch $@

.venv/.synced: .venv/.uv-$(UV_VERSION) pyproject.toml uv.lock
	$(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $@

editor/node_modules/.installed: editor/package.json editor/package-lock.json | .venv/.synced
	$(NPM) ci
	@touch $@

$(EDITOR): editor/node_modules/.installed $(EDITOR_SOURCES)
	$(NPM) run --silent build
	@touch $@

.local/secret_key:
	@mkdir -p .local
	@umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@
