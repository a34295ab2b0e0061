# Needs Python 3.11 or newer and make; everything else is installed into .venv, at the
# versions of constraints.txt. `make` alone lists the targets.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# One more than the two cores of the smallest machine: some tests wait for real processes.
WORKERS := 3
TREES := treadctl firmware_protocols simulator tests

.DEFAULT_GOAL := help
.PHONY: help demo test check docs sim bench clean interop
.PHONY: proof coverage cat explore statemachines seeded matrix releases latency fuzz chaos mutate soak resume figures

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

# Made anew whenever a dependency changes, so that nobody tests against leftovers. The stamp
# is written last: an interrupted installation is not mistaken for a finished one.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed on PATH." >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the pinned dependencies, about a minute ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -e '.[dev]'
	@touch $(READY)

# The guided fuzzer is for those who ask for it: not everybody's Python has one.
FUZZER := $(VENV)/.fuzzer
$(FUZZER): $(READY)
	@echo "Installing the fuzzer ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@touch $(FUZZER)

demo: $(READY) ## a whole session, then one with the strap pulled, both in virtual time
	@$(BIN)/python -m treadctl.demo

test: $(READY) ## all tests
	@echo "Running all tests, a quarter of an hour at most ..."
	@$(BIN)/python -m tests.proof.whole

check: $(READY) ## format, lint, types, import rules, tests: run it before you push
	@echo "Format and lint ..."
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@echo "Types (slow the first time) ..."
	@$(BIN)/mypy --strict $(TREES)
	@echo "Import rules ..."
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

cat: $(READY) ## a hundred thousand random keys on the screens' keyboard, some minutes
	@TREADCTL_CAT_KEYS=$${KEYS:-100000} $(BIN)/python -m pytest -q tests/tui/test_cat.py

fuzz: $(FUZZER) ## every decoder a hundred million guided bytes, every kind of file its thousands
	@$(BIN)/python -m tests.fuzz.campaign --bytes $${BYTES:-100000000} --files $${FILES:-5000} \
		--lanes $${LANES:-1}

matrix: $(READY) ## every fault in every state on every machine; goes on where it was cut
	@$(BIN)/python -m tests.matrix --seed $${SEED:-1}

soak: $(READY) ## HOURS=n virtual hours in which nothing is wrong, with those of the runs before
	@$(BIN)/python -m tests.soak --hours $${HOURS:-10} --seed $${SEED:-1}

explore: $(READY) ## every state the kernel can be brought into, then session and kernel together
	@$(BIN)/python -m tests.exploration

chaos: $(READY) ## kill, freeze, starve and unplug running processes a thousand times; EVENTS= LANES=
	@$(BIN)/python -m tests.chaos.drive --events $${EVENTS:-1000} --lanes $${LANES:-4}

statemachines: $(READY) ## whole runs to which anything happens, EXAMPLES of them, some minutes
	@$(BIN)/python -m tests.statemachines --examples $${EXAMPLES:-2000}

coverage: $(READY) ## branch coverage; what protects people must be covered whole
	@echo "Running all tests with branch coverage, half an hour ..."
	@$(BIN)/python -m pytest -q -n $(WORKERS) \
		--cov --cov-report=term:skip-covered --cov-report=json:build/coverage.json
	@$(BIN)/python -m tests.proof.coverage

releases: $(READY) ## the strap pulled at every tick of whole sessions, in virtual time
	@$(BIN)/python -m tests.proof.releases

latency: $(READY) ## strap to stop, and kill -9 to stop, over real processes; RELEASES= KILLS=
	@$(BIN)/python benchmarks/bench_strap_latency.py --releases $${RELEASES:-2000} --pairs 4
	@$(BIN)/python benchmarks/bench_kill.py --kills $${KILLS:-200}

# Soaking comes last: it takes as long as it is given. One that finds something does not keep
# the others from running.
PROOF := test coverage explore seeded matrix releases latency fuzz chaos mutate soak
proof: $(READY) ## all that figures.md tells, a day or two; goes on where it was cut, ends with the table
	@failed=; for each in $(PROOF); do \
		echo; echo "make $$each ..."; $(MAKE) --no-print-directory $$each || failed="$$failed $$each"; \
	done; \
	$(MAKE) --no-print-directory figures; \
	test -z "$$failed" || { echo "Not as wanted:$$failed"; exit 1; }

resume: $(READY) ## let mutate, soak and fuzz go on where earlier checkouts have come to
	@$(BIN)/python -m tests.proof.evidence

figures: $(READY) ## gather what was found into docs/safety/figures.md
	@$(BIN)/python -m tests.proof.figures

mutate: $(READY) ## change the protecting code in every small way; a test must notice. Hours
	@$(BIN)/python -m tests.mutation --proof

seeded: $(READY) ## plant bugs that happened elsewhere; some test must catch each
	@$(BIN)/python -m tests.seeded --proof

interop: $(READY) ## somebody else's program drives the simulator; needs Python 3.12 and a network
	@$(BIN)/python -m pytest -q -m interop tests/interop

docs: $(READY) ## write the generated pages anew from the code
	@$(BIN)/python -m tests.docs.pages

sim: $(READY) ## a simulated treadmill on a pseudo-terminal, until Ctrl-C
	@$(BIN)/treadmill-sim serve --machine woodway-us --pty --strap 127.0.0.1:0

bench: $(READY) ## measure latencies and speed on this machine
	@for each in benchmarks/bench_*.py; do echo "$$each ..."; $(BIN)/python $$each || exit 1; done

clean: ## remove what make created
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
