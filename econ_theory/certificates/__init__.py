"""The one judge of whatever finds strategies: `certify`, and the certificates it hands out.

Finite games are judged by their kernel in floats, Fractions or intervals (`finite`); games with
continuous types by the judge of their family (`continuous`). `recover_exactly` turns a
floating-point equilibrium of two players into the rational one it stands for.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
