"""Say what a client's message asks for that must not be asked, with the words that show it."""

from banken.judge.judge import Judge
from banken.judge.loading import load
from banken.judge.model import Case

__all__ = ["Case", "Judge", "load"]
