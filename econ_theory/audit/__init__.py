"""The claims ledger: one falsifiable experiment per published claim.

One file a claim; `claims.CLAIMS` puts them in order and `run_audit` runs them on any executor.
A verdict is computed each time, never written down: a claim's fields let a test plant a violation,
and the same code has to find it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
