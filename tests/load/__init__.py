"""Long runs against the whole product, started by hand: `python -m tests.load.town`, `python -m tests.load.chaos`."""
