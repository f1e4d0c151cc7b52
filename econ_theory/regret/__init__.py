"""Regret: what was played, what it cost against each yardstick, how fast that grows, and bounds.

>>> import numpy as np
>>> from econ_theory import BayesianGame
>>> from econ_theory.learners import RegretMatching
>>> from econ_theory.regret import external_regret, learner_bound, play_learners
>>> skewed = np.array([[2, -1], [-1, 1]]).reshape(1, 1, 2, 2)
>>> game = BayesianGame([[1]], [skewed, -skewed])
>>> regret = external_regret(play_learners(game, RegretMatching(), 500))
>>> learner_bound(game, RegretMatching()).check(regret).verdict
'holds'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
