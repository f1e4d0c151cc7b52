"""Interdependent values: one function of the signal bounds all gains, by single crossing."""
