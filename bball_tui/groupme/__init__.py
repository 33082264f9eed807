"""The team chats on GroupMe: client, matching of names, plan, apply, and a fake server for tests, demo and dry runs."""
