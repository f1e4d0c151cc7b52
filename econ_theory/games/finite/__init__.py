"""Games with finitely many types and actions: Bayesian, Markov, and the kernel of payoffs."""
