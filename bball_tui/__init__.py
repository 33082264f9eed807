"""The contract desk of a youth basketball league, in a terminal."""

__version__ = "0.1.0"
