"""From octets to text: whatever the charset, whose words, and is the sender who it says."""

from banken.message.limits import Limits
from banken.message.model import Address, Attachment, Link, Message
from banken.message.reading import read, read_header

__all__ = ["Address", "Attachment", "Limits", "Link", "Message", "read", "read_header"]
