"""What should happen to the chats: facts read, a plan made; nothing is written to GroupMe: that is `groupme/run`."""
