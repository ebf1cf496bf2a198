"""The learned second opinion: which sentences ask for something, in words that nobody listed."""

from pathlib import Path

from banken.judge.reader.reader import Reader, Window
from banken.judge.reader.weights import ReaderError

__all__ = ["Reader", "ReaderError", "Window", "load_reader"]


def load_reader(root: Path) -> Reader:
    """Return the reader with the weights under the rules' folder `root`; raises ReaderError."""
    return Reader.load(root / "reader" / "weights.bin")
