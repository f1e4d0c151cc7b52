"""Tasks: questions drawn by seed, how a reply is read, and a verifier that scores the answer."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
