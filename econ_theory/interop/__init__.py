"""Games in other tools' files and objects: Gambit, nashpy, QuantEcon, OpenSpiel, tables, JSON."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
