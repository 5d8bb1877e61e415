# watchbill: `make help` lists the verbs.
PYTHON ?= python3
BIN := .venv/bin

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "watchbill needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	WATCHBILL_SKIP_FRONTEND=1 $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

fmt: .venv/ready ## format the code
	$(BIN)/ruff check --quiet --fix-only src tests bench examples
	$(BIN)/ruff format --quiet src tests bench examples

check: .venv/ready ## lint, types, floors
	$(BIN)/ruff check src tests bench examples
	$(BIN)/ruff format --check --quiet src tests bench examples
	$(BIN)/mypy -p watchbill
	$(BIN)/lint-imports --no-cache

.PHONY: help fmt check
