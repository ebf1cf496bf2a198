# Two commands for everyone: `make demo` shows the product, `make test` proves it.
# Long proofs have their own: `make fuzz`, `make soak`, `make bench`. `make train` teaches the reader anew.

SHELL := /bin/sh
# The tests start the program hundreds of times: compiled once, each start takes a sixth less.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
PY := $(VENV)/bin/python
MINUTES ?= 5

.PHONY: help venv dev demo test lint types arrows rules units second-python servers bench fuzz train example pictures messages soak day wheels clean

help:
	@sed -n 's/^## //p' Makefile

## make demo     a story mailbox on a small local mail server, scanned, labelled, warned (under a minute)
demo: venv
	@$(PY) -m banken demo

## make test     all checks: lint, types, arrows, rules, tests on a real Dovecot, Courier and PostgreSQL
test: dev servers lint types arrows rules units second-python

venv: $(VENV)/.runtime
dev: $(VENV)/.dev

$(VENV)/bin/python:
	@./tests/setup/make-venv $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing Banken into $(VENV) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . pymap
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing what the tests need into $(VENV) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt 'pip>=25.1'
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . --group dev --group train
	@touch $@ $(VENV)/.runtime

servers:
	@./tests/setup/need-servers
	@./tests/setup/need-courier .courier

lint: dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: dev
	$(VENV)/bin/mypy

arrows: dev
	$(VENV)/bin/lint-imports

rules: dev
	$(VENV)/bin/banken rules lint >/dev/null
	$(VENV)/bin/banken rules test

# Three workers for two cores: many a test waits, for a server or a clock.
units: dev
	$(PY) -m pytest -n 3 --dist worksteal

second-python: dev
	@./tests/setup/second-python $(VENV)

## make bench    speeds, as ratios within one run
bench: dev servers
	$(PY) -m tests.bench.message
	$(PY) -m tests.bench.judge
	$(PY) -m tests.bench.mailbox
	$(PY) -m tests.bench.push
	$(PY) -m tests.bench.memory
	$(PY) -m tests.bench.idle

## make fuzz     hostile mail for MINUTES (default 5)
fuzz: dev
	$(PY) -m tests.fuzz.message --minutes $(MINUTES)

## make soak     kills, cuts and hostile mail for MINUTES (say 20), on real servers; a report
soak: dev servers
	$(PY) -m tests.soak --minutes $(MINUTES)
	$(PY) -m tests.soak.hostile
	BANKEN_EXAMPLES=10 $(PY) -m pytest -q tests/e2e/test_states.py

## make day      a day of the service in 24 minutes: restarts, sleep, new addresses, certificates, passwords (needs faketime)
day: dev servers
	@./tests/setup/need-faketime
	$(PY) -m tests.soak.day

## make wheels   whether all libraries come ready-made for aarch64 and x86-64, CPython 3.11 to 3.13
wheels: dev
	$(PY) tests/setup/check-wheels

## make train    teach the reader from tests/corpus, with and without the watched authors (three quarters of an hour)
train: dev
	$(PY) -m tests.training.train

## make example  write config.example.yaml, the option tables and the manual pages from the program
example: dev
	$(PY) -m banken.config example > config.example.yaml
	$(PY) -m banken.config tables docs/configuration.md docs/configuration.ja.md
	$(PY) -m tests.manual

## make pictures take the pictures of docs/pictures anew (needs chromium; pngquant makes them small)
pictures: dev
	$(PY) -m tests.pictures

## make messages gather the texts, compile the Japanese catalogue
messages: dev
	$(PY) -m tests.catalogue

## make clean    remove what make made
clean:
	rm -rf $(VENV) .venv-* .courier build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
