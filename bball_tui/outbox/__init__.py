"""The queue of promised mails, kept in the database: nothing here talks to a mail server, that is `delivery`."""
