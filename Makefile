# Every recipe that exists; `make help` lists them. CI calls `make test` and nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test check fuzz bench format lock clean

python := .venv/bin/python
system_python := $(or $(shell PATH="$(PATH)" command -v python3),python3)
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## list the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## the locked environment in .venv; afterwards .venv/bin/wasl is the command
	@$(system_python) scripts/setup.py

setup-test:
	@$(system_python) scripts/setup.py --test
	@$(python) scripts/test_tools.py

demo: setup ## shop, gateway emulator and service on loopback, for a browser; HEADLESS=1 plays scripted buyers and exits
	@.venv/bin/wasl demo $(if $(HEADLESS),--headless) $(ARGS)

test: setup-test check ## everything it needs, then every test
	@$(python) -m pytest -n 2 --dist loadfile $(ARGS)

check: setup-test ## format, lint and types
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary

fuzz: setup-test ## mutated notifications against the parser for SECONDS (default 600); the last result is in docs/performance.md
	@WASL_FUZZ_SECONDS=$(or $(SECONDS),600) $(python) -m pytest --timeout 0 tests/unit/gateway/test_fuzz_notification.py

bench: ## how fast it is, beside its yardsticks; ARGS go to scripts/bench_notifications.py, results to .build/bench
	@$(system_python) scripts/setup.py --test
	@$(python) scripts/bench_verify.py
	@$(python) scripts/bench_emulator.py
	@$(python) scripts/bench_notifications.py $(ARGS)

format: setup-test ## rewrite the code in the house format
	@.venv/bin/ruff format --quiet .
	@.venv/bin/ruff check --fix --quiet .

lock: ## resolve the dependencies anew into requirements/*.txt
	@scripts/lock.sh

clean: ## remove everything that setup and tests made
	@rm -rf .venv .build node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
