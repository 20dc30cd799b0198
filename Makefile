# Each target makes the virtual environment that it needs, and uses it again until pyproject.toml changes.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

MODULE ?= hpo/pareto.py
TESTS ?= tests/hpo/test_pareto.py

.PHONY: demo test stress benchmark mutation clean

demo: $(VENV)/.demo
	$(BIN)/python tutorials/demo.py

test: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

stress: $(VENV)/.test
	HPO_STRESS=60 $(BIN)/python -m pytest tests/storage/test_threads.py

benchmark: $(VENV)/.benchmark
	$(BIN)/python tests/benchmarks/overhead.py

mutation: $(VENV)/.mutation
	$(BIN)/python tests/mutation.py --module $(MODULE) --tests $(TESTS)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis demo.db demo.db-shm demo.db-wal

$(VENV)/.%: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hpo needs Python 3.11 or newer; say which one: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@
