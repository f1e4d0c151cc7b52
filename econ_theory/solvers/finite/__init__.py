"""Solvers of finite games, one file each; what they share lies in `algebra`."""
