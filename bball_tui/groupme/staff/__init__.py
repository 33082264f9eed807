"""The adults who are in every chat, and their consent; who works in the league is `league/members.py`."""
