# `make demo` and `make test` set everything up by themselves on a machine with Python 3.11 and make.
# Everything that is installed or built goes into ignored folders of this checkout (.venv, .build, web/node_modules). To
# build CometBFT once for several checkouts, name a folder of your own: `make test TRANSIRE_CACHE=~/.cache/transire`.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMPS := .build/stamps
export TRANSIRE_CACHE ?= $(CURDIR)/.build/cache

.PHONY: demo network test faults lint bench setup dev clean help
.DEFAULT_GOAL := help

help:
	@echo "make demo    set everything up and run the main job on the embedded engine (portal stays open on a terminal)"
	@echo "make network the same seven steps on four organisations with a node pair each (needs Go, once)"
	@echo "make test    set everything up and pass all tests"
	@echo "make faults  do every fault to a network of four validators, and write docs/faults.md (ROWS=\"1 4 5\": only these)"
	@echo "make lint    ruff and mypy"
	@echo "make bench   measure, and write docs/benchmarks.md"
	@echo "make clean   remove what make installed and built"

setup: $(STAMPS)/run $(STAMPS)/web
dev: $(STAMPS)/dev $(STAMPS)/web

demo: setup
	$(BIN)/transire demo --out out/demo

# Ends what it started, whether the story holds or not.
network: setup
	$(BIN)/transire network up --home out/network
	$(BIN)/transire network demo --home out/network --out out/network/demo; \
	  told=$$?; $(BIN)/transire network status --home out/network; $(BIN)/transire network down --home out/network; exit $$told

test: dev
	$(BIN)/python scripts/test_all.py

# Each row's outcome stays in .build/faults, so a run that was cut off is gone on with by naming the rows that are left.
faults: dev
	$(BIN)/python tests/network_faults/run_faults.py --rows "$(ROWS)"

lint: dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv .build out web/node_modules src/transire/portal/static

$(BIN)/python:
	$(PYTHON) -m venv .venv

# What the product needs, at the pinned hashes. The development set contains it, so one of the two is enough.
$(STAMPS)/run: requirements/run.txt pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	@if [ ! -e $(STAMPS)/dev ]; then scripts/install.sh requirements/run.txt; fi
	@touch $@

$(STAMPS)/dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	@scripts/install.sh requirements/dev.txt
	@touch $@ $(STAMPS)/run

# The front end is compiled here, never committed: web/build.py is quick when nothing changed.
$(STAMPS)/web: $(STAMPS)/run $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)
	@$(BIN)/python web/build.py
	@touch $@
