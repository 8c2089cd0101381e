# Two doors: `make run` and `make test`. Both set up .venv from the pinned requirements first.

PYTHON ?= python3
UV ?= uv
WORKERS ?= auto

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input -qq
PYTEST := $(PY) -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header -q

.DEFAULT_GOAL := help
.PHONY: help .venv run dashboard test test-slow audit bench bench-study docs lock clean \
	backtest backtest-refresh

help:  ## list the targets
	@sed -n 's/^\([.a-z-]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name what; do \
		printf '  make %-16s %s\n' "$$name" "$$what"; done

.venv: .venv/.ready  ## set up the environment, nothing else
	@:

.venv/.ready: requirements.txt pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or later is needed, and $(PYTHON) is not; try make PYTHON=python3.11" >&2; exit 1; }
	@printf 'setting up .venv (about a minute)... '
	@$(PY) -c 'import pip' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps -e .
	@$(PY) -m compileall -q sim analysis border  # where Python writes no bytecode, a second a process
	@touch $@
	@echo done

.venv/.bench: .venv/.ready requirements-bench.txt
	@printf 'adding the simulators to compare with... '
	@$(PIP) install --require-hashes -r requirements-bench.txt
	@touch $@
	@echo done

run: .venv/.ready  ## the headline study: every proposal against the baseline
	@$(PY) -m sim experiment=headline study.dir=runs/headline
	@$(PY) -m analysis compare runs/headline
	@$(PY) -m analysis brief runs/headline

dashboard: .venv/.ready  ## pages that answer while you watch, on the last study in runs/
	@$(PY) -m analysis dashboard runs

test: .venv/.ready  ## the test suite, with ruff, mypy and the import contracts
	@$(PYTEST) -m "not slow"

test-slow: .venv/.ready  ## the long checks: many kills, drawn configurations, coverage
	@$(PYTEST) -m slow

audit:  ## ask the database of known faults about all pinned packages (needs uv and the network)
	@uvx pip-audit --disable-pip --require-hashes -r requirements.txt

backtest: .venv/.ready  ## compare results with the stored ones, to the last bit
	@$(PY) -m tests.backtest

backtest-refresh: .venv/.ready  ## store results that moved on purpose; the commit says why
	@$(PY) -m tests.backtest refresh

bench: .venv/.bench  ## the engine against its reference and against other simulators
	@$(PY) -m benchmarks

bench-study: .venv/.ready  ## what a large study costs beyond its model time
	@$(PY) -m benchmarks.study

docs: .venv/.ready  ## write the generated pages: coverage, house, parameters, results, scenarios
	@$(PY) -m docs

lock:  ## pin the requirements again after a change to pyproject.toml (needs uv)
	@$(LOCK) --extra test --extra docs --extra serve --extra study --extra cluster -o requirements.txt
	@$(LOCK) --extra bench -c requirements.txt -o requirements-bench.txt

clean:  ## remove caches and build leftovers; .venv and runs stay
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build *.egg-info
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
