"""What holds for all tests: a property is right or wrong however busy the machine is, so that no example has a time limit."""

from hypothesis import HealthCheck, settings

settings.register_profile("banken", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("banken")
