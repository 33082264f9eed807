# `make demo` and `make test` need nothing but Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-thorough test-fast test-one lint fix run console bench bench-million chaos pictures snapshots rights keys messages wheel groupy clean
MINUTES ?= 10

# Where Python is told to keep nothing it compiled, pytest would compile its plugins again for each run.
unexport PYTHONDONTWRITEBYTECODE

demo: $(VENV)/.ready
	@$(BIN)/bball-tui demo

test: $(VENV)/.ready
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal

# The same with ten times as many examples for every property: at night, and before a release.
test-thorough: $(VENV)/.ready
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal --hypothesis-profile thorough

# What a mistake of the last minutes breaks: no terminal, no process of its own, no chaos. Under a minute.
test-fast: $(VENV)/.ready
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m 'not slow'

# One file, folder or test, ended by its first failure: make test-one T=tests/tui/test_desk.py::test_esc_goes_back
test-one: $(VENV)/.ready
	@test -n "$(T)" || { echo 'Say which: make test-one T=tests/tui/test_desk.py'; exit 2; }
	$(BIN)/python -m pytest --exitfirst --quiet $(T)

# The program on a league of its own in build/run. It tells a running `make console` what it does, and redraws
# when its style sheet is changed. Any command of it: make run ARGS=demo
run: $(VENV)/.ready
	@BBALL_DATA_DIR=$(CURDIR)/build/run BBALL_CONFIG=$(CURDIR)/build/run/config.toml TEXTUAL=debug,devtools $(BIN)/bball-tui $(ARGS)

# Textual's development console: messages, log and print of the program that `make run` shows in another terminal.
console: $(VENV)/.ready
	@$(BIN)/textual console

fix: $(VENV)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

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

# Takes pictures of every screen into build/gallery, and those that the documents show (needs rsvg-convert, pngquant and a font with the symbols, such as Fira Code).
pictures: $(VENV)/.ready
	$(BIN)/python -m tests.pictures

# Redraws the main screens, which tests/tui/test_snapshots.py compares. Look at them in a browser before you commit.
snapshots: $(VENV)/.ready
	DRAW_SNAPSHOTS=1 $(BIN)/python -m pytest --quiet tests/tui/test_snapshots.py

# Writes docs/rights.md again, from what the database lets each role do. Look at what changed before you commit.
rights: $(VENV)/.ready
	WRITE_RIGHTS=1 $(BIN)/python -m pytest --quiet tests/walls/test_rights.py

# Writes docs/keys.md again from the commands. docs/roles.md keeps its own head.
keys: $(VENV)/.ready
	mkdir -p build
	$(BIN)/bball-tui keys --markdown > build/keys.md
	mv build/keys.md docs/keys.md

# Brings the catalogs of translations (bball_tui/locale) up to date with the code, compiles them, and says what has no words yet.
messages: $(VENV)/.ready
	$(BIN)/python -m tests.messages

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
