"""Embedding services over real HTTP, each held against its own description: Titan and Cohere at Bedrock, Voyage, OpenAI's API."""

import numpy as np
import pytest

from library.search import embedding
from library.search.embedders import EmbedderError, bedrock, openai
from tests.chat.servers import World, serve

TITAN, COHERE = "amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3"
KINDS = ["titan", "cohere", "voyage", "openai"]


@pytest.fixture
def world(monkeypatch):
    world = World(embed=lambda text: [float(sum(map(ord, text)) % 97 + 1), float(len(text)), 1.0])
    server = serve(world)
    world.address = f"http://127.0.0.1:{server.server_port}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", world.address)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    yield world
    server.shutdown()
    server.server_close()
    assert world.problems == []


def embedder_at(world, kind: str):
    if kind in ("titan", "cohere"):
        return bedrock.BedrockEmbedder("us-east-1", {"titan": TITAN, "cohere": COHERE}[kind])
    return {"voyage": openai.VoyageEmbedder, "openai": openai.OpenAIEmbedder}[kind](key="k", url=f"{world.address}/v1")


@pytest.mark.parametrize("kind", KINDS)
def test_each_text_has_its_own_vector_in_its_own_place(world, kind):
    texts = [f"Book {number} " + "x" * (number * 40) for number in range(100)] + ["", "y" * 20_000]
    made = embedder_at(world, kind).embed(texts).vectors
    assert made.shape == (102, 3)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    for number in (0, 7, 40):
        wanted = np.array(world.embed(texts[number]))
        assert np.allclose(made[number], wanted / np.linalg.norm(wanted), atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "of_texts", "of_questions"), [("cohere", "search_document", "search_query"), ("voyage", "document", "query")]
)
def test_questions_are_told_apart_from_texts(world, kind, of_texts, of_questions):
    embedder = embedder_at(world, kind)
    embedder.embed(["Dune"])
    embedding.forget_query_vectors()
    for _ in range(2):
        embedding.vector_of("sand planet", embedder)
    assert [body["input_type"] for _, body in world.requests] == [of_texts, of_questions], "what was asked before is known"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("status", "permanent"), [(429, False), (503, False), (403, True), (400, True)])
def test_a_refusal_says_whether_to_try_again(world, kind, status, permanent):
    world.faults = lambda number: status
    with pytest.raises(EmbedderError, match="rejected the request") as refused:
        embedder_at(world, kind).embed(["Dune"])
    assert refused.value.permanent is permanent


@pytest.mark.parametrize("kind", KINDS)
def test_half_an_answer_is_none(world, kind):
    world.faults = lambda number: "broken"
    with pytest.raises(EmbedderError) as broken:
        embedder_at(world, kind).embed(["Dune"])
    assert not broken.value.permanent
