"""Aggregative games: sums of what others do, enclosed; own payoffs, smooth."""
