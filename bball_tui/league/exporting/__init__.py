"""Records out of the database as CSV and JSON; files come in by `league/importing`."""
