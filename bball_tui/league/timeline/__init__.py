"""What happened to a contract and its mails, what is next: read from the database, and put into words."""
