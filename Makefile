# Each target makes the virtual environment that it needs, and uses it again until pyproject.toml changes.

PYTHON ?= python3
VENV ?= .venv
INTEGRATIONS = $(VENV)-integrations
ENGINES = $(VENV)-engines
DOCS = $(VENV)-docs
BIN = $(VENV)/bin
PYTEST = python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

PYTHONS ?= python3.11 python3.12 python3.13 python3.14
MODULE ?= hpo/pareto.py
TESTS ?= tests/hpo/test_pareto.py

.PHONY: demo test test-integrations test-engines test-all suite stress benchmark mutation docs clean

demo: $(VENV)/.demo
	$(BIN)/python tutorials/demo.py

test: $(VENV)/.test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/$(PYTEST)

# The libraries that people train with, in an environment of their own, as they are large; none may be
# missing. scikit-learn is not large: `make test` has it.
test-integrations:
	$(MAKE) --no-print-directory $(INTEGRATIONS)/.fastai VENV=$(INTEGRATIONS)
	HPO_INTEGRATIONS=1 $(INTEGRATIONS)/bin/$(PYTEST) tests/integrations --ignore tests/integrations/sklearn

# Dask, Ray and Spark, in an environment of their own, as they are large; none may be missing.
test-engines:
	$(MAKE) --no-print-directory $(ENGINES)/.engines VENV=$(ENGINES)
	HPO_ENGINES=1 $(ENGINES)/bin/python -m pytest tests/executors tests/integrations/test_ray_tune.py

test-all:
	@set -e; for python in $(PYTHONS); do \
	    version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null) \
	        || { echo "$$python is not installed, so not tested."; continue; }; \
	    echo "Python $$version:"; \
	    $(MAKE) --no-print-directory suite PYTHON=$$python VENV=$(VENV)/$$version; \
	done

suite: $(VENV)/.test
	$(BIN)/$(PYTEST)

stress: $(VENV)/.test
	HPO_STRESS=60 $(BIN)/python -m pytest tests/storage/test_threads.py

benchmark: $(VENV)/.benchmark
	$(BIN)/python tests/benchmarks/overhead.py

mutation: $(VENV)/.mutation
	$(BIN)/python tests/mutation.py --module $(MODULE) --tests $(TESTS)

# The site, into build/docs: a warning is an error, and so is an asset that a page would fetch from elsewhere.
docs:
	$(MAKE) --no-print-directory $(DOCS)/.docs VENV=$(DOCS)
	$(DOCS)/bin/python -m sphinx -W -n -E --keep-going --quiet --jobs auto -d build/docs-trees docs build/docs
	$(DOCS)/bin/python docs/check.py build/docs

clean:
	rm -rf $(VENV) $(INTEGRATIONS) $(ENGINES) $(DOCS) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis demo.db demo.db-shm demo.db-wal

# Without its dependencies, as it asks for a torchvision that fits only a torch for graphics cards, and needs it not.
$(VENV)/.fastai: $(VENV)/.integrations
	$(BIN)/python -m pip install --quiet --no-deps 'fastai>=2.8'
	touch $@

$(VENV)/.%: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hpo needs Python 3.11 or newer; say which one: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@
