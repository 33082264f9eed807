# `make demo` and `make test` need nothing but Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench bench-million chaos pictures wheel groupy clean
MINUTES ?= 10

demo: $(VENV)/.ready
	@$(BIN)/bball-tui demo

test: $(VENV)/.ready
	$(BIN)/python -m pytest --numprocesses 3 --dist worksteal

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks

# A million contracts on the screen against a thousand: some minutes, and two gigabytes of disk space meanwhile.
bench-million: $(VENV)/.ready
	$(BIN)/python -m benchmarks.million

# Kills workers at random for MINUTES; prints its seed and what became of every mail.
chaos: $(VENV)/.ready
	$(BIN)/python -m tests.chaos --minutes $(MINUTES)

# Takes pictures of every screen into build/gallery, and anew those that the documents show (needs rsvg-convert, pngquant and a font with the symbols, such as Fira Code).
pictures: $(VENV)/.ready
	$(BIN)/python -m tests.pictures

# Builds the wheel, installs it alone into a fresh environment and waits for its first paint in a real terminal.
wheel: $(VENV)/.ready
	rm -rf dist build/wheel-env
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	$(BIN)/python -m tests.smoke build/wheel-env/bin/bball-tui

# A GroupMe client that nobody here wrote talks to the fake server, in an environment of its own.
groupy: $(VENV)/.ready
	$(PYTHON) -m venv --clear build/groupy-env
	build/groupy-env/bin/python -m pip install --quiet --disable-pip-version-check 'GroupyAPI==0.10.3'
	build/groupy-env/bin/python tests/groupme/independent_groupy.py $(abspath $(BIN))/python

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
