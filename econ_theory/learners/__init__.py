"""Online learners: what a player may use to choose, step after step, without knowing the game.

A `RegretMinimizer` is told what every action would have paid, a `BanditMinimizer` only what its own
did; each carries its theorem as ``bound(n_steps, n_actions)``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
