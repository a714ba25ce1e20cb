"""What every test begins with."""

from collections.abc import Iterator

import pytest

from ioc.words import DEFAULT_LANGUAGE, use_language


@pytest.fixture(autouse=True)
def site_language() -> Iterator[None]:
    """A test that speaks another language does not leave it to the next one."""
    with use_language(DEFAULT_LANGUAGE):
        yield
