from .all import judge_of
from .base import Judge

__all__ = ["Judge", "judge_of"]
