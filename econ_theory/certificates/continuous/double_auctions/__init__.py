"""Double auctions: each trader is a bidder who may pay less than its bid."""
