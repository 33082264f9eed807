"""Who may play where: age, roster size, jersey, freeze date; each optional, and a warning unless it is to refuse."""
