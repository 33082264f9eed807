"""The parts of the fake GroupMe; `server` is the way in, `python -m bball_tui.groupme.fake` serves it alone."""
