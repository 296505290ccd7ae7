"""Every good exchange of these tests is judged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.arm_api import Api
from tests.judges.allowed import not_allowed
from tests.judges.arm_models import judge


@pytest.fixture
def api() -> Iterator[Api]:
    """After each test, the judge looks at everything that was exchanged and to be right."""
    api = Api()
    yield api
    found = (one for exchange in api.seen for one in judge(exchange))
    assert not_allowed(found) == []


@pytest.fixture
def made(api: Api) -> Api:
    """With a group."""
    api.group()
    return api
