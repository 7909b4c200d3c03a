"""The leaderboard: a site of any number of runs, with a table for each protocol."""
