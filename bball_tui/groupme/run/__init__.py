"""Doing what a plan says: every write to GroupMe, noted before it is sent. What to do is decided in `groupme/plan`."""
