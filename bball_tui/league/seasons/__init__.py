"""From one season to the next: the plan of who comes back where, and what was made of it."""
