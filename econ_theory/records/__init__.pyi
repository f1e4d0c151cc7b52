from .kinds import KINDS
from .reading import load_json
from .record import Record

__all__ = ["KINDS", "Record", "load_json"]
