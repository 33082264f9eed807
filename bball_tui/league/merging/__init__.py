"""Two players, or two guardians, who are one person: merged into one, and taken apart again."""
