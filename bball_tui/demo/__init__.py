"""The demo league: a roster of fictional people, some contracts signed, and a mail server that keeps everything."""
