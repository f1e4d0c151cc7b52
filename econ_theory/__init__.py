"""Bayesian games: a solver proposes, the certificate disposes.

A game is a `BayesianGame`; whatever finds equilibria (`econ_theory.solvers`, learning dynamics,
trained policies) yields a `StrategyProfile`; `certify` says how far any profile is from
equilibrium, in the game's own currency: regret.

>>> import numpy as np
>>> from econ_theory import BayesianGame, solve
>>> game = BayesianGame(np.ones((1, 1)), [np.array([[[[2, -1], [-1, 1]]]]),
...                                       np.array([[[[-2, 1], [1, -1]]]])])
>>> solution = solve(game, rng=0)
>>> solution.profile.rows[0].round(3)
array([[0.4, 0.6]])
>>> solution.certificate.relative < 1e-9
True
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
