"""The parts of the fake GroupMe; `bball_tui.groupme.fake_server` is the way in."""
