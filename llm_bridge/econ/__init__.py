"""The coordination system of the ECON paper: networks, training, frozen inference.

`belief`, `encoder`, `mixer` are the trained parts and `network` holds them together; `losses`,
`dynamic_weights`, `replay` and `stopping` are what training needs; `coordinator` and `executor`
talk to the language models; `trainer` and `inference` are the two phases.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
