"""GroupMe's HTTP interface: requests, answers, repeats and the token; knows no team and no database."""
