"""Certificates of finite games: proofs of existence, and linear systems solved exactly."""
