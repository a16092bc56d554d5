"""What the witness tests share: the library, loaded once."""
import pytest

from librecs import NO_ROW, NO_TIME, Recs  # noqa: F401 (tests import them from here)


@pytest.fixture(scope="session")
def recs():
    return Recs()
