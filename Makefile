# Two commands do everything: `make run` and `make test`.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
RESPONDENTS ?= 600
SEED ?= 1
WAVE ?= interim
WORKERS ?= auto

# The newest Python that really runs and can make a virtual environment (a name on the PATH may be an empty shim).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 \
	&& { echo $$python; break; }; done)

.PHONY: run test check bench lock clean

run: $(VENV)/.installed
	@[[ -e data/inbox ]] || $(BIN)/monosashi sample data/inbox --respondents $(RESPONDENTS) --seed $(SEED)
	$(BIN)/monosashi run $(WAVE)

test: check
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/monosashi check

bench: $(VENV)/.installed
	$(BIN)/python -m tests.bench

$(VENV)/.installed: requirements.lock pyproject.toml
	@[[ -n "$(PYTHON)" ]] || { echo "No Python 3.11 to 3.13 with venv was found. On Debian: apt install python3 python3-venv"; exit 2; }
	@echo "Python: $(PYTHON) ($$($(PYTHON) --version))"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pip check --disable-pip-version-check
	@touch $@

# Needs uv (a development tool, not a dependency): versions and hashes for Python 3.11 to 3.13, no index address.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
