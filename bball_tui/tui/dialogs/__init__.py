"""The questions of the screen, a file each. They know no database: what they need and do is handed to them."""
