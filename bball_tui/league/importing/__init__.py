"""From a roster file to the database: read, matched, compared, written, undone. What a cell means: `league/values`."""
