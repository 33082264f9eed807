"""What staff do with a league, one service each; knows neither screen nor command line, and sends nothing itself."""
