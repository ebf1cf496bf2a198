"""What holds for all tests, and a language that many of them speak.

A property is right or wrong however busy the machine is, so that no example has a time limit.
"""

import pytest
from hypothesis import HealthCheck, settings

from banken.i18n import set_language

settings.register_profile("banken", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("banken")


@pytest.fixture
def english():
    """Speak English for one test."""
    set_language("en")
    yield
    set_language("ja")
