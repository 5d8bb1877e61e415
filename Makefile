# watchbill. `make run` and `make test` set up everything they need; `make help` lists the verbs.
PYTHON ?= python3
BIN := .venv/bin
CODE := src tests bench docs examples
.DEFAULT_GOAL := help

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/ready web ## start watchbill with the example organisation and its shop
	@$(BIN)/watchbill demo start

test: .venv/ready web ## run all tests (the slow fault runs are in test-all)
	$(BIN)/pytest -n 2 --dist loadscope --durations 12

test-all: .venv/ready web ## run all tests, fault runs at full length
	WATCHBILL_FAULT_ROUNDS=500 $(BIN)/pytest -n 2 --dist loadscope

check: .venv/ready frontend/node_modules/ready ## lint, types, floors
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/mypy -p watchbill
	$(BIN)/lint-imports --no-cache
	cd frontend && npm run --silent check

fmt: .venv/ready ## format the code
	$(BIN)/ruff check --quiet --fix-only $(CODE)
	$(BIN)/ruff format --quiet $(CODE)

bench: .venv/ready web ## measure start-up, memory and the goal engine
	$(BIN)/python -m bench

docs: .venv/ready ## build the documentation into docs/_build/html
	$(BIN)/sphinx-build -W -n -q -b html docs docs/_build/html

web: frontend/node_modules/ready ## build the front end
	@cd frontend && npm run --silent build

lock: .venv/ready ## renew requirements/ (needs uv on the path)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/run.txt
	uv pip compile pyproject.toml --group dev --group docs --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt

clean: ## remove what was built
	rm -rf .venv frontend/node_modules src/watchbill/web/static/dist docs/_build

.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "watchbill needs Python 3.11 or newer; name one: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

frontend/node_modules/ready: frontend/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 or newer is needed to build the pages; on Debian: apt-get install nodejs npm"; exit 1; }
	cd frontend && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

.PHONY: help run test test-all check fmt bench docs web lock clean
