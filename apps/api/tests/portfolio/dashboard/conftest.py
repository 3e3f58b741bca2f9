import pytest

from agentlab.context import Context
from tests.portfolio.dashboard.portfolio import Portfolio


@pytest.fixture
def portfolio(context: Context) -> Portfolio:
    return Portfolio(context)
