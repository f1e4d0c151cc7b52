"""Markov games: values, occupancy, best responses, equilibria, regret and Q-learning.

A `MarkovBayesianGame` with the future's value folded in is one `BayesianGame` a state, so the
solvers of this library solve Markov games too: `markov_perfect` proposes a `MarkovProfile`,
`certify_markov` says what the best deviation, from then on and for ever, would gain.

>>> from econ_theory.catalog import random_markov_game
>>> game = random_markov_game(3, 2, 2, discount=0.9, rng=0)
>>> solution = markov_perfect(game, rng=0)
>>> solution.status.name, bool(solution.certificate.relative < 1e-6)
('CONVERGED', True)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
