"""Solvers of games with continuous types, and what they share."""
