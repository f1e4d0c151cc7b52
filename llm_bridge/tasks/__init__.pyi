from .answers import Answer, extract_answer, read_reply
from .base import Question, Task
from .comparison import answer_key
from .reasoning_gym import ReasoningGym
from .simulated import SimulatedTask

__all__ = [
    "Answer",
    "Question",
    "ReasoningGym",
    "SimulatedTask",
    "Task",
    "answer_key",
    "extract_answer",
    "read_reply",
]
