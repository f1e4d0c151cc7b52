from .base import Question, Task

__all__ = ["Question", "Task"]
