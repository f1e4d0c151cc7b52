"""The comparison with peers is a program, not a collection of tests."""

collect_ignore = ["peers.py", "peers_parts"]
