# Each command does all its own set-up: a virtual environment in .venv, with the versions that were tested.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
.DEFAULT_GOAL := help
.PHONY: help compare quick demo docs test lint types unit clean

help:
	@echo "make compare   render the demo set, train and compare, print the table, write artifacts/"
	@echo "make demo      draw photos, index them, and open the web page before them"
	@echo "make quick     the same as a smoke run"
	@echo "make test      lint, types, import contracts and all tests"
	@echo "make docs      build the documentation into artifacts/site, without asking any server"
	@echo "make clean     remove .venv and everything under artifacts/"

$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "withsense_tf needs Python 3.11 or newer; choose one with: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --upgrade "pip>=24"
	$(RUN) -m pip install --quiet -c constraints.txt -e ".[test]"
	@touch $@

# The page needs fewer packages than the tests.
$(VENV)/demo: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "withsense_tf needs Python 3.11 or newer; choose one with: make PYTHON=python3.11 ..."; exit 1; }
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --upgrade "pip>=24"
	$(RUN) -m pip install --quiet -c constraints.txt -e ".[app]"
	@touch $@

demo: $(VENV)/demo
	$(RUN) -m withsense_tf demo

# `serve` of the same program shows it while one writes: .venv/bin/mkdocs serve
docs: export NO_MKDOCS_2_WARNING := 1
docs: $(VENV)/installed
	$(RUN) -m mkdocs build --strict --quiet
	@echo "artifacts/site/index.html"

compare: $(VENV)/installed
	$(RUN) -m withsense_tf.experiments.compare

quick: $(VENV)/installed
	$(RUN) -m withsense_tf.experiments.compare --quick

test: lint types unit

lint: $(VENV)/installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-cache

types: $(VENV)/installed
	$(VENV)/bin/mypy

# The two workers share the cores. Products of small matrices by several threads each would mostly wait for one another,
# and burn the cores while they wait: on a busy machine forty texts, one by one, took 12 s of the processor instead of .3.
unit: export OPENBLAS_NUM_THREADS := 1
unit: export OMP_NUM_THREADS := 1
# A worker gets one half of the tests and takes from the other's when it is done, so that what tests of a folder share
# is mostly made once.
unit: $(VENV)/installed
	$(RUN) -m slipcover --json --out .coverage.json -m pytest -n 2 --dist worksteal
	$(RUN) -m slipcover --merge .coverage.json --out .coverage.json --fail-under 90

clean:
	rm -rf $(VENV)
	find artifacts -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
