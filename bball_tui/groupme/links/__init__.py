"""Which group is which team's, and its share link; who is in it is `groupme/plan`."""
