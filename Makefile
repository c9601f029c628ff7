.DEFAULT_GOAL := help
.PHONY: help setup demo pictures messages test test-all test-real-provider bench lint lock clean

DEMO_FOLDER ?= .demo/my-lakehouse
BIN := .venv/bin
# The SDKs' bytecode is kept: to compile them at each start takes longer than all else that a command does.
unexport PYTHONDONTWRITEBYTECODE

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

setup: .venv/.ready ## make .venv from the hashed lock; see to Java 17

.venv/.ready: requirements/dev.lock requirements/uv.lock pyproject.toml scripts/setup.sh
	@bash scripts/setup.sh

demo: setup ## rehearse the whole journey in the sandbox, ending in the summary
	@$(BIN)/lakehouse-wizard run --target sandbox --answers templates/answers/risk.yaml --folder $(DEMO_FOLDER)

pictures: setup ## renew the pictures of README and tutorial: the app itself, in the sandbox (two minutes)
	@$(BIN)/python -m scripts.picture
	@$(BIN)/python -m scripts.pictures

test: setup ## the tests, two at a time
	@$(BIN)/pytest -n 2

test-all: test ## the tests, and what takes longer
	@$(BIN)/pytest tests/long

test-real-provider: setup ## the roots with a real provider: LAKEHOUSE_REAL_DATABRICKS_PROVIDER=<binary>
	@$(BIN)/pytest tests/operations/real_provider.py

bench: setup ## the benchmarks; each prints `name: value (limit)`
	@$(BIN)/python -m benchmarks

messages: setup ## renew the catalogs of wizard/locale from the code; says what is left to translate
	@$(BIN)/python -m scripts.messages

lint: setup ## ruff, mypy, import-linter, size limits
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/limits.py

lock: ## renew the hashed locks (network)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--extra sandbox --extra parquet --group dev pyproject.toml --output-file requirements/dev.lock
	@echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url - --output-file requirements/uv.lock

clean: ## remove what setup and demo made
	@rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache build dist
