# Each command does all its own set-up: a virtual environment in .venv, with the versions that were tested.
# The first Python that is here and that TensorFlow has wheels for.
SUITS = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell \
	$(name) -c "$(SUITS)" 2>/dev/null && echo $(name))) python3)
VENV := .venv
RUN := $(VENV)/bin/python
.DEFAULT_GOAL := help
# Before pip fails with a page of text.
CHECK_PYTHON = $(PYTHON) -c "$(SUITS)" 2>/dev/null \
	|| { echo "withsense_tf needs Python 3.11, 3.12 or 3.13 (TensorFlow has no wheel for others), and $(PYTHON) is" \
	"$$($(PYTHON) --version 2>/dev/null || echo not here). Choose one with: make PYTHON=python3.11 ..."; exit 1; }
.PHONY: help compare quick demo docs docs-note test lint types unit slow sbom clean

help:
	@echo "make demo      begin here: draw photos, index them, and open the web page before them (PORT=8001: there)"
	@echo "make compare   render the demo set, train and compare, print the table, write artifacts/ (ARGS=OPTIONS: with these)"
	@echo "make quick     compare as a smoke run: fewer photos, figures that say little"
	@echo "make test      lint, types, import contracts and all tests but the slow ones"
	@echo "make lint      of make test the first part: lint, formatting, import contracts (seconds)"
	@echo "make types     of make test the second part: types (a minute)"
	@echo "make unit      of make test the last part: the tests but the slow ones, with coverage (minutes)"
	@echo "make slow      the slow tests: whole commands, servers, browsers, trainings, the real folder"
	@echo "make docs      run the notebooks and build the documentation into artifacts/site, without asking any server"
	@echo "make sbom      list every package that is in .venv (or VENV=FOLDER), as CycloneDX JSON: artifacts/sbom.json"
	@echo "make clean     remove .venv and everything under artifacts/"

# A server may be running from what is installed. So that stays as it is, and only what is missing comes beside it: to
# install the package itself once more would take it away from under the server.
IS_NEW = test $(1) -nt setup.cfg -a $(1) -nt pyproject.toml -a $(1) -nt constraints.txt
NEEDS = import configparser; cfg = configparser.ConfigParser(); cfg.read("setup.cfg"); \
	print(cfg["options.extras_require"]["test"])

# Where the making of .venv was ended, its Python is there and pip is not.
HAS_PIP = $(RUN) -c "import pip._internal.cli.main" 2>/dev/null

# Pip is quiet, since its pages of text say little: nobody may think meanwhile that it hangs.
SAY = echo "Downloading and installing $(1), into $(VENV), once. This takes minutes, and pip is quiet meanwhile."

# New pips print what setuptools says of every editable install, as if something were wrong.
INSTALL = PYTHONWARNINGS=ignore::UserWarning $(RUN) -m pip install --quiet

$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	@$(CHECK_PYTHON)
	@$(HAS_PIP) || $(PYTHON) -m venv $(VENV)
	@if $(call IS_NEW,$(VENV)/demo); then $(call SAY,what the tests need beside the demonstration (about .4 GB)) \
		&& $(RUN) -c '$(NEEDS)' >$(VENV)/needs.txt && $(INSTALL) -c constraints.txt -r $(VENV)/needs.txt; \
	else $(call SAY,TensorFlow and all that tests and comparisons need (about 1.4 GB)) \
		&& $(INSTALL) --upgrade "pip>=24" && $(INSTALL) -c constraints.txt -e ".[test]"; fi
	@touch $@

# The page needs fewer packages than the tests, which bring all of them.
$(VENV)/demo: setup.cfg pyproject.toml constraints.txt
	@$(CHECK_PYTHON)
	@$(HAS_PIP) || $(PYTHON) -m venv $(VENV)
	@$(call IS_NEW,$(VENV)/installed) || { $(call SAY,TensorFlow and what the page needs (about 1 GB)) \
		&& $(INSTALL) --upgrade "pip>=24" && $(INSTALL) -c constraints.txt -e ".[app]"; }
	@touch $@

demo: $(VENV)/demo
	$(RUN) -m withsense_tf demo $(if $(PORT),--port $(PORT))

# `serve` of the same program shows it while one writes: .venv/bin/mkdocs serve
docs: export NO_MKDOCS_2_WARNING := 1
docs: docs-note $(VENV)/installed artifacts/notebooks/05_law.ipynb
	$(RUN) -m mkdocs build --strict --quiet
	@echo "artifacts/site/index.html (with its search: $(RUN) -m http.server --directory artifacts/site 8001)"

docs-note:
	@echo "This installs what is missing (minutes, the first time), runs the notebooks on drawn photos where they changed" \
	"(about a minute), and builds the site (some seconds). On a busy machine it takes several times as long."

# What the notebooks show is made on drawn scenes, once for as long as they stay the same.
artifacts/notebooks/05_law.ipynb: $(wildcard experiments/*.ipynb) $(VENV)/installed
	$(RUN) docs/hooks/notebook_pages.py

# Ctrl-C reaches all: the program says then how much is done, and this by which command it goes on.
GO_ON = trap 'echo "Here: make $@ ARGS=\"$(if $(ARGS),$$ARGS$(if $(findstring --skip-existing,$(ARGS)),, --skip-existing),--skip-existing)\""' INT

compare: $(VENV)/installed
	@$(GO_ON); $(RUN) -m withsense_tf.experiments.compare $(ARGS)

quick: $(VENV)/installed
	@$(GO_ON); $(RUN) -m withsense_tf.experiments.compare --quick $(ARGS)

test: lint types unit

lint: $(VENV)/installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-cache

types: $(VENV)/installed
	$(VENV)/bin/mypy

# The two workers share the cores. Products of small matrices by several threads each would mostly wait for one another,
# and burn the cores while they wait: on a busy machine forty texts, one by one, took 12 s of the processor instead of .3.
unit slow: export OPENBLAS_NUM_THREADS := 1
unit slow: export OMP_NUM_THREADS := 1
# A worker gets one half of the tests and takes from the other's when it is done, so that what tests of a folder share
# is mostly made once.
unit: $(VENV)/installed
	$(RUN) -m slipcover --json --out .coverage.json -m pytest -n 2 --dist worksteal -m "not slow"
	$(RUN) -m slipcover --merge .coverage.json --out .coverage.json --fail-under 90

slow: $(VENV)/installed
	$(RUN) -m pytest -n 2 --dist worksteal -m slow

# The list is of this package: it stands first, and all others are what it needs.
NAME_OWN = import json, pathlib; file = pathlib.Path("artifacts/sbom.json"); bom = json.loads(file.read_text()); \
	own = [one for one in bom["components"] if one["name"].replace("-", "_") == "withsense_tf"]; \
	bom["metadata"].update({"component": one for one in own}); \
	bom["components"] = [one for one in bom["components"] if one not in own]; \
	file.write_text(json.dumps(bom, indent=2))

# It lists an environment as it is, and installs nothing into it: what makes the list has an environment of its own.
sbom:
	@test -x $(RUN) || { echo "$(RUN) is not here, so nothing is installed that could be listed: run make demo first, or" \
	"name another environment with: make sbom VENV=FOLDER"; exit 1; }
	$(RUN) -m venv artifacts/sbom_tool
	artifacts/sbom_tool/bin/python -m pip install --quiet "cyclonedx-bom>=7"
	artifacts/sbom_tool/bin/cyclonedx-py environment --output-reproducible --of JSON \
		--output-file artifacts/sbom.json $(RUN)
	@artifacts/sbom_tool/bin/python -c '$(NAME_OWN)'
	@echo "artifacts/sbom.json"

clean:
	rm -rf $(VENV)
	find artifacts -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
