"""Prices to look at without a market: a file played again, and a random walk."""
