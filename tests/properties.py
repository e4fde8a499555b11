"""How many examples a property is tried with: few in the unit suite, 2,000 with THOROUGH=1."""

import os

from hypothesis import HealthCheck, settings

quick = settings(
    max_examples=2000 if os.environ.get("THOROUGH") else 30,
    deadline=None,
    derandomize=not os.environ.get("THOROUGH"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
