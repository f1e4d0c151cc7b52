from .base import ChatModel, OnCompletion
from .scripted import Scripted

__all__ = ["ChatModel", "OnCompletion", "Scripted"]
