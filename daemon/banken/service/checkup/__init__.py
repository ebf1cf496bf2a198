"""Everything that can be wrong with a set-up, looked at in one go: what `banken doctor` shows."""

from banken.service.checkup.all import check
from banken.service.checkup.model import Mark, Sign

__all__ = ["Mark", "Sign", "check"]
