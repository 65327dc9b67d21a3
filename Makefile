# Everything from a fresh machine with Python 3.11: `make baseline`, `make test`.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install baseline test lint types slow bench lock

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

install: $(INSTALLED)  ## the virtual environment with the pinned versions

baseline: install  ## train and compare all families on the simulated market
	$(BIN)/kedro run --pipeline=baseline

test: install  ## the test suite
	$(BIN)/python -m pytest

slow: install  ## the long tests
	$(BIN)/python -m pytest -m slow

lint: install  ## style and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: install  ## mypy
	$(BIN)/mypy

bench: install  ## speed, as ratios against named peers
	$(BIN)/python -m benchmarks

lock: install  ## write the installed versions into requirements.lock
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu//' > requirements.lock
