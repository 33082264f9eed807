"""The tab of the e-mails, a file for each of its views; what waits to go out is `tui/tabs/outbox.py`."""
