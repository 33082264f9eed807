"""`python -m bball_tui` is the same as `bball-tui`."""

from bball_tui.cli import main

main()
