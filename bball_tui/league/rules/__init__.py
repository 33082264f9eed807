"""The rules of the league about who plays where: all optional, each one a warning unless the league says "refuse"."""
