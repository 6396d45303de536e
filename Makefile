# What can be done here, a line or two each. `make demo` and `make test` set up what they need.
#
#   make demo ARGS=...                             ARGS goes to demo, test and bench
#   make check VENV=.venv312 PYTHON=python3.12     on another Python, beside the first
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := pip install --quiet --disable-pip-version-check
NEEDED := import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, not %s: make PYTHON=python3.12" % sys.version.split()[0])
FAULT_EXAMPLES ?= 2000
MODEL_EXAMPLES ?= 50000
SIMULATED ?= 1000000
KILLS ?= 200
INQUIRIES ?= 500
SEED := $(or $(SEED),$(shell date +%s))
export VENV

.PHONY: install demo serve test check bench fault simulate protos reference fmt

install: $(VENV)/.installed

demo: install
	$(BIN)/bureau-gateway demo $(ARGS)

serve: install
	$(BIN)/bureau-gateway serve --demo

# A file's tests stay in one process: they share what is dear to start. In the order of their
# names the long ones are not left for the end, when only one process has work.
test: install
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: install .venv-protos/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	protos/check.sh
	$(BIN)/bureau-gateway check config
	$(BIN)/bureau-gateway test config

bench: install
	$(BIN)/python -m bench $(ARGS)

# All tests, as long as they can search. What it finds, it finds again with the same SEED.
LONG := FAULT_EXAMPLES=$(FAULT_EXAMPLES) MODEL_EXAMPLES=$(MODEL_EXAMPLES) SIMULATED=$(SIMULATED) KILLS=$(KILLS)
BARS_FILE := $(CURDIR)/.bars.jsonl
export BARS_FILE

fault: install
	@echo "fault: SEED=$(SEED) $(LONG)"
	@rm -f $(BARS_FILE)
	@SEED=$(SEED) $(LONG) $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --hypothesis-seed=$(SEED) --timeout=86400 $(ARGS); \
		failed=$$?; echo; echo "bars, SEED=$(SEED):"; $(BIN)/python -m tests.bars; exit $$failed

# One run, to the byte: `make simulate SEED=7 INQUIRIES=500`.
simulate: install
	$(BIN)/python -m tests.simulation --seed $(SEED) --inquiries $(INQUIRIES) $(ARGS)

protos: .venv-protos/.installed
	protos/generate.sh

reference: install
	$(BIN)/bureau-gateway schema --reference docs/reference

fmt: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	@echo "install: $(VENV), of requirements/dev.txt (a minute or two, once)"
	@$(PYTHON) -c '$(NEEDED)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/$(PIP) --require-hashes -r requirements/dev.txt
	@$(BIN)/$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv-protos/.installed: requirements/protos.txt
	@$(PYTHON) -c '$(NEEDED)'
	@$(PYTHON) -m venv .venv-protos
	@.venv-protos/bin/$(PIP) --require-hashes -r requirements/protos.txt
	@touch $@
