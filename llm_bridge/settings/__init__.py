"""A run's configuration: what may be set, how a mistake is explained, and the presets."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
