"""The tabs: their lists, panels and commands. What lists and panels are made of is `tui/widgets`."""
