"""What the roster is made of. Each entity is described once, by its fields; forms, files, lists and options read it."""
