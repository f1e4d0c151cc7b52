from .base import Question, Task
from .reasoning_gym import ReasoningGym

__all__ = ["Question", "ReasoningGym", "Task"]
