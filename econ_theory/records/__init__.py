"""Results that last: every result to JSON text and back, equal, and pickled read-only."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
