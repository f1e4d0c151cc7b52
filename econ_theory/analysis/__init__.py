"""What equilibria mean: welfare, revenue, multiplicity, information, sensitivity and dominance."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
