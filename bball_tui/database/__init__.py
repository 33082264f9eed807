"""PostgreSQL: its server, connections, migrations, backups, audit and paging, and the tables as classes with the states
that their rows have. What a league does with them, its rules and its words, stands above."""
