"""Records changed by a form: made, edited, archived, deleted, erased. Their fields stand in `league/roster`."""
