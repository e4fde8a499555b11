"""What a process remembers of one test's library is not another's."""

import pytest

from library.search import embedding, text, vectors


@pytest.fixture(autouse=True)
def forgetful():
    text._vocabularies.clear()
    embedding.forget_query_vectors()
    vectors.kept.matrices.clear()
