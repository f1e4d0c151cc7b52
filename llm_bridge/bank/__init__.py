"""Answers sampled once for each question, model and control, and the joint payoffs they make."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
del lazy_loader
