from .codecs import Answer, parse_answer
from .ledger import Budget, Ledger
from .messages import Completion, Message, Question, Request, Usage
from .store import Recorded, Store

__all__ = [
    "Answer",
    "Budget",
    "Completion",
    "Ledger",
    "Message",
    "Question",
    "Recorded",
    "Request",
    "Store",
    "Usage",
    "parse_answer",
]
