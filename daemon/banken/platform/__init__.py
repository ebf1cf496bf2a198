"""Recognise the platform's mail from `rules/<platform>/platform.yaml`."""

from banken.platform.direct import AddressBook
from banken.platform.model import Correspondence, Ids
from banken.platform.pack import PlatformPack, load
from banken.platform.recogniser import UNKNOWN, Recogniser
from banken.platform.unknown import Shape, shapes, stub
from banken.platform.voice import VoiceError

__all__ = [
    "UNKNOWN",
    "AddressBook",
    "Correspondence",
    "Ids",
    "PlatformPack",
    "Recogniser",
    "Shape",
    "VoiceError",
    "load",
    "shapes",
    "stub",
]
