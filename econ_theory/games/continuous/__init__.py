"""Games whose types and actions are numbers: nine families, their priors, utilities and rules."""
