"""Who judges which game with continuous types: one file or folder a family, one table of them all.

A judge takes a game, a profile and a generator, and returns the `PlayerGains` of every player:
what its types could gain from any action at all. `certify` makes the certificate of them. Most
families come down to one dimension, and the bound is the `envelope`'s.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
