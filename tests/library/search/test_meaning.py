"""Vectors: made in the background, exact, one person's own; and both kinds of search together."""

import httpx
import numpy as np
import pytest
from django.test import override_settings

from library.models import Embedding, EmbeddingStamp
from library.search import choosing, embedding, vectors
from library.search.embedders import EmbedderError, hashing, joint, local, multilingual, openai
from library.search.hybrid import find_books, fuse, more_like
from tests.factories import make_copy

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def hashed(settings):
    settings.EMBEDDER = "hash"


def test_vectors_are_made_once_and_anew_when_the_text_changes(owner):
    copy = make_copy(owner, "A history of gardens", "Ann Author")
    assert embedding.compute_all_vectors(owner) == 1
    first = Embedding.objects.get()
    assert (first.model, first.size, first.stale, len(first.vector)) == ("hash-384", 384, False, 768)
    assert embedding.compute_all_vectors(owner) == 0
    copy.title = "A history of ships"
    copy.save()
    assert embedding.compute_all_vectors(owner) == 1
    assert bytes(Embedding.objects.get().vector) != bytes(first.vector)
    assert EmbeddingStamp.objects.get().count == 2


def test_another_model_makes_all_vectors_anew(owner, settings):
    make_copy(owner)
    embedding.make_due_vectors(5)
    embedding.make_due_vectors(5, Other())
    assert Embedding.objects.get().model == "other"


class Other:
    name, size = "other", 4

    def embed(self, texts):
        return hashing.Made(np.ones((len(texts), 4), dtype=np.float32) / 2)


def test_the_nearest_come_first_and_the_trash_is_passed_over(owner, stranger):
    near = make_copy(owner, "Gardens of England", "A. Author")
    gone = make_copy(owner, "Gardens of Wales", "A. Author")
    make_copy(owner, "Submarine warfare", "B. Author")
    make_copy(stranger, "Gardens of Scotland", "C. Author")
    embedding.make_due_vectors(5)
    owner.books.filter(pk=gone.pk).update(removed="2024-01-01T00:00:00Z")
    assert [hit.copy.pk for hit in find_books(owner, "english gardens of england", "vector").hits][:1] == [near.pk]
    assert gone.pk not in dict(find_books(owner, "gardens", "vector").ranked)


def test_the_scan_is_exact(owner):
    chance = np.random.default_rng(1)
    rows = chance.normal(size=(500, 32)).astype(np.float32)
    matrix = vectors.Matrix(1, np.arange(1, 501), rows)
    wanted = sorted(range(500), key=lambda n: (-(rows[n] @ rows[7]), n))[:10]
    assert [pk - 1 for pk, _ in vectors.nearest(matrix, rows[7], 10)] == wanted
    allowed = set(range(100, 200))
    assert {pk for pk, _ in vectors.nearest(matrix, rows[7], 10, allowed)} <= allowed


def test_more_like_this_leaves_out_the_book_itself_and_its_other_copies(owner):
    copy = make_copy(owner, "Gardens of England", "A. Author")
    make_copy(owner, "Gardens of England", "A. Author")
    other = make_copy(owner, "Gardens of Wales and England", "A. Author")
    embedding.make_due_vectors(5)
    assert [each.pk for each in more_like(copy)] == [other.pk]


def test_a_service_that_is_away_leaves_the_words(owner, settings):
    copy = make_copy(owner, "Emma", "Jane Austen")
    settings.EMBEDDER = "tests.library.search.test_meaning.Away"
    found = find_books(owner, "emma", "hybrid")
    assert found.ids == [copy.pk]
    assert found.notes == ["It is away."]


class Away:
    name = "away"

    def embed(self, texts):
        raise EmbedderError("It is away.")


def test_what_has_not_all_the_words_comes_after_and_says_so(owner):
    words = [make_copy(owner, title) for title in ("Gardens of England", "England and its gardens")]
    near = make_copy(owner, "Garden of Englishmen")
    embedding.make_due_vectors(5)
    found = find_books(owner, "gardens england", "hybrid")
    assert set(found.ids[:2]) == {copy.pk for copy in words} and near.pk in found.ids
    assert [hit.related for hit in found.hits] == [False, False, *[True] * (found.total - 2)]


def two_models(pieces_per_word: float) -> joint.JointEmbedder:
    first = hashing.HashingEmbedder()
    first.knows, first.pieces_per_word = None, lambda text: pieces_per_word
    return joint.JointEmbedder(first, Other())


def test_two_local_models_are_one():
    both = two_models(1)
    assert both.size == 388
    assert np.allclose(np.linalg.norm(both.embed(["a garden", "b"]).vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(both.asking(["a garden"]).vectors, both.embed(["a garden"]).vectors)


def test_a_query_in_another_language_leans_on_the_model_of_many_languages():
    both, texts = two_models(2.5), ["ein Garten", "a garden"]
    query, book = both.asking(texts[:1]).vectors[0], both.embed(texts[1:]).vectors[0]
    in_english, in_many = (
        (model.embed(texts).vectors @ model.embed(texts).vectors.T)[0, 1] for model in (both.first, both.second)
    )
    assert query @ book == pytest.approx((in_english + joint.SECOND_ABROAD * in_many) / (1 + joint.SECOND_ABROAD), abs=1e-5)


@pytest.mark.parametrize("before", [None, b"", b"something else", "cut", "other numbers"])
def test_a_table_in_a_file_has_the_same_numbers_whatever_stood_there(before, tmp_path):
    table, path = np.arange(2000, dtype=np.uint8).reshape(100, 20), tmp_path / "table.npy"
    if before is not None:
        np.save(path, table + 1)
        whole = path.read_bytes()
        path.write_bytes({"cut": whole[:500], "other numbers": whole}.get(before, before))
    mapped = multilingual._mapped(table, path)
    assert isinstance(mapped, np.memmap) and np.array_equal(mapped, table)
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_stays_in_memory_where_no_file_can_be_written(tmp_path):
    table = np.zeros((3, 4), dtype=np.uint8)
    assert multilingual._mapped(table, tmp_path / "missing" / "table.npy") is table


def test_fusion_puts_what_both_sides_have_before_what_one_has():
    order = [pk for pk, _ in fuse([(1, 9.0), (2, 8.0)], [], 0.002, [(2, 0.9), (3, 0.8)])]
    assert order == [2, 1, 3]


def served(reply, status=200):
    return httpx.MockTransport(lambda request: httpx.Response(status, json=reply))


def test_an_openai_compatible_service_answers_in_order():
    reply = {"data": [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3, 4]}]}
    made = openai.OpenAIEmbedder(key="k", transport=served(reply)).embed(["a", "b"])
    assert made.vectors.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 1]]


@pytest.mark.parametrize(("status", "permanent"), [(401, True), (429, False), (500, False)])
def test_a_refusal_says_whether_trying_again_can_help(status, permanent):
    with pytest.raises(EmbedderError) as error:
        openai.VoyageEmbedder("k", transport=served({}, status)).embed(["a"])
    assert error.value.permanent is permanent


@pytest.mark.skipif(local.folder() is None, reason="the local model is not installed")
@override_settings(EMBEDDER="local")
def test_the_local_model_gives_the_published_vectors():
    # https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2: the first numbers of its example
    vector = choosing.embedder().first.embed(["This is an example sentence"]).vectors[0]
    assert np.allclose(vector[:4], [0.0677, 0.0635, 0.0487, 0.0793], atol=0.0005)
    school, magic, tanks = choosing.embedder().embed(["a wizard goes to school", "young magicians", "German tanks"]).vectors
    assert school @ magic > 2 * (school @ tanks)


def test_without_the_local_model_its_stand_in_says_so(owner, settings, monkeypatch):
    settings.EMBEDDER = "local"
    monkeypatch.setenv("PYTHONPATH", "")
    choosing.make_embedder.cache_clear()
    for model in (local, multilingual):
        monkeypatch.setattr(model, "PACKAGE", "no_such_package_here")
    make_copy(owner, "Emma", "Jane Austen")
    assert "not installed" in find_books(owner, "emma", "hybrid").notes[0]
    choosing.make_embedder.cache_clear()
