"""Two locals against a global bidder: gains in boxes of types and deviations."""
