# Every recipe that exists; `make help` lists them. CI calls `make test` and nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test check fuzz mutants sim-mutants sim month kills replay probe pictures bench format lock clean

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
	@$(python) scripts/php.py
	@.venv/bin/wasl demo $(if $(HEADLESS),--headless) $(ARGS)

test: setup-test check ## everything it needs, then every test
	@$(python) -m pytest -n 3 --dist loadfile $(ARGS)

check: setup-test ## format, lint and types
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary

fuzz: setup-test ## mutated notifications against the parser for SECONDS (default 600); the last result is in docs/performance.md
	@WASL_FUZZ_SECONDS=$(or $(SECONDS),600) $(python) -m pytest --timeout 0 tests/unit/gateway/test_fuzz_notification.py

mutants: setup-test ## small defects in wasl.domain, one at a time: a test notices, or docs/mutants.md has the reason
	@$(python) scripts/mutate.py $(ARGS)

sim-mutants: setup-test ## defects that lose money, one at a time: the simulation alone notices; ARGS go to the script
	@$(python) scripts/sim_mutants.py $(ARGS)

sim: setup ## worlds that try to break it: PAYMENTS (default 100000) from SEED (default a new one, printed)
	@.venv/bin/wasl simulate --payments $(or $(PAYMENTS),100000) $(if $(SEED),--seed $(SEED)) $(ARGS)

month: setup ## a month of simulated business with every fault: ORDERS (default 50000), SEED (default 1); then the three books agree
	@$(python) scripts/month.py --orders $(or $(ORDERS),50000) --seed $(or $(SEED),1)

kills: setup-test ## a real service killed N times (default 200) on SQLite and on PostgreSQL under load; ARGS go to the script
	@PYTHONPATH=tests $(python) scripts/kills.py --kills $(or $(N),200) $(ARGS)

replay: setup-test ## N recorded (default 2000, or FILE of wasl simulate --record) and N drawn histories on both databases
	@WASL_HISTORIES=$(or $(N),2000) WASL_HISTORIES_FILE=$(FILE) $(if $(SEED),WASL_HISTORIES_SEED=$(SEED)) $(python) -m pytest tests/contract/ledger/test_histories.py

probe: setup-test ## what Wasl makes of the notifications that payment libraries stumble over
	@PYTHONPATH=tests $(python) scripts/probe.py

pictures: setup-test ## the pictures of docs/cs-cart anew, English and Arabic; look at each before it is committed
	@PYTHONPATH=tests $(python) scripts/pictures.py $(ARGS)

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
