"""The chats over the summer: which team keeps last season's group, which gets a new one, and who leaves."""
