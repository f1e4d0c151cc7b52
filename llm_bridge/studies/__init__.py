"""Questions asked of many runs: regret over seeds, published claims, which tasks suit a model."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
