"""Named games with known equilibria and their sources, and random games.

One function a game, whose parameters have the textbook's values as defaults; `entries` returns
them all. Everything is in Fractions, so the equilibria certify with epsilon exactly zero (within
1e-9 where a parameter makes them irrational).

>>> from econ_theory import certify
>>> entry = matching_pennies()
>>> certify(entry.game, entry.equilibria[0], arithmetic="exact").epsilon
Fraction(0, 1)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
