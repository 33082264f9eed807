"""What staff are told when something goes wrong, when, and by which way; their dialog is `tui/dialogs/alerts.py`."""
