"""What a list is narrowed to, and the filters kept under a name. The lists: `league/roster`, `league/contracts`."""
