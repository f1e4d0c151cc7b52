"""Comparisons with peers are programs, not collections of tests."""

collect_ignore = ["auctions.py", "peers.py", "peers_parts"]
