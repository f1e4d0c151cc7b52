from .base import Question, Task
from .reasoning_gym import ReasoningGym
from .simulated import SimulatedTask

__all__ = ["Question", "ReasoningGym", "SimulatedTask", "Task"]
