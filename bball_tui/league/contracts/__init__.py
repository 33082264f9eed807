"""A contract from offer to signature, correction and undo; its making and its team are `league/editing`."""
