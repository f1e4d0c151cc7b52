from .base import ChatModel, OnCompletion
from .llama_cpp import LlamaCpp
from .openai_compatible import OpenAICompatible
from .scripted import Scripted
from .simulated import SimulatedModel, SimulatedWorld, Skill

__all__ = [
    "ChatModel",
    "LlamaCpp",
    "OnCompletion",
    "OpenAICompatible",
    "Scripted",
    "SimulatedModel",
    "SimulatedWorld",
    "Skill",
]
