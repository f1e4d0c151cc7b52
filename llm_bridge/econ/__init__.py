"""The coordination system of the ECON paper: networks, training, frozen inference.

`belief`, `encoder`, `mixer` are the trained parts and `network` holds them together; `losses`,
`dynamic_weights`, `replay`, `stopping` and `learner` are what an update needs. `team`,
`coordinator` and `executor` talk to the language models, `observation`, `outcomes` and `rollout`
play. `trainer`, `inference` and `policy` are what a run does: learn, answer, be read as a profile;
`system` is what it leaves behind.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
