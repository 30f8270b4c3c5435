# `make demo` and `make test` are all that is needed on a machine with Python 3.11 to 3.13.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
WORKERS ?= 2

.PHONY: demo test test-fast check bench lock clean

demo: $(VENV)/.installed ## make a shop with the twin, run the loop on it, print the best decisions
	$(BIN)/moushi demo demo

test: $(VENV)/.installed-test ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-fast: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

check: $(VENV)/.installed-check ## format, lint, types, layers, sizes
	scripts/check

bench: $(VENV)/.installed-test ## measure speed, memory and quality; see benchmarks/README.md
	$(BIN)/python -m benchmarks

lock: $(VENV)/.installed-check ## write constraints.txt from what is installed
	$(BIN)/python -m pip freeze --exclude-editable --exclude moushi | grep -v -e ' @ ' -e '^-e' > constraints.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Moushi needs Python 3.11 to 3.13; '$(PYTHON)' is $$($(PYTHON) --version). Run 'make PYTHON=python3.12 demo'."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/.installed-check: $(VENV)/.installed-test
	$(PIP) --editable '.[test,check]'
	@touch $@

clean:
	rm -rf $(VENV) build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
