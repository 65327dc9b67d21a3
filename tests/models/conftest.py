"""What every test of models may use."""

import pytest
from tests.models.small_market import SmallMarket, make_market


@pytest.fixture(scope="session")
def market() -> SmallMarket:
    """Six symbols over 280 sessions, of which the first feature tells the label."""
    return make_market()
