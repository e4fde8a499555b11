"""What a process remembers of one test's library is not another's."""

import pytest

from library.search import text, vectors


@pytest.fixture(autouse=True)
def forgetful():
    text._vocabularies.clear()
    vectors.kept.matrices.clear()
