r"""Pictures: one function each, an `ax` in (or a new one) and the same `ax` out.

Those of several panels, `plot_bids` and `plot_best_responses`, take and return an array, `axes`. No
function touches global style. Curves differ by line style and marker as well as by colour, heat
maps by lightness, so every picture survives a black-and-white printer. Every axis names its unit,
every curve its player, type or action by the game's labels.

>>> from econ_theory import BayesianGame
>>> from econ_theory.learners import RegretMatching
>>> from econ_theory.plotting import plot_regret
>>> from econ_theory.regret import external_regret, play_learners
>>> import numpy as np
>>> skewed = np.array([[2, -1], [-1, 1]]).reshape(1, 1, 2, 2)
>>> trace = play_learners(BayesianGame([[1]], [skewed, -skewed]), RegretMatching(), 200)
>>> ax = plot_regret(external_regret(trace))
>>> ax.get_ylabel()
'cumulative external regret,\nall players together (payoff units)'
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
