"""One self-contained HTML page for a run: a pure function of plain values.

`ReportData` holds everything a page shows and survives JSON; `render` turns it into HTML. Neither
reads or writes anything.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
