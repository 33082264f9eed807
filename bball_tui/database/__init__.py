"""PostgreSQL and nothing of a league: its server, its tables, connections, audit and paging; services stand above."""
