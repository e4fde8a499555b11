"""Any server with OpenAI's embeddings API, such as Ollama, vLLM or llama.cpp on your own machine.

https://platform.openai.com/docs/api-reference/embeddings"""

import httpx

from catalogs.deadline_transport import DeadlineTransport
from library.search.embedders import EmbedderError, Made, unit

URL, MODEL = "https://api.openai.com/v1", "text-embedding-3-small"
VOYAGE_URL, VOYAGE_MODEL = "https://api.voyageai.com/v1", "voyage-3.5-lite"
AT_ONCE = 96
SECONDS = 30


class OpenAIEmbedder:
    def __init__(self, url: str = URL, key: str = "", model: str = MODEL, transport=None, seconds: float = SECONDS):
        self.name = f"openai:{model}"[:100]
        self.model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(
            base_url=url or URL, headers=headers, timeout=seconds, transport=transport or DeadlineTransport(seconds)
        )

    def embed(self, texts: list[str], **more) -> Made:
        rows = []
        for start in range(0, len(texts), AT_ONCE):
            some = [text or " " for text in texts[start : start + AT_ONCE]]
            rows += self.ask({"model": self.model, "input": some, **more})
        return Made(unit(rows))

    def ask(self, body: dict) -> list:
        try:
            answer = self.client.post("/embeddings", json=body)
        except httpx.HTTPError as error:
            raise EmbedderError("The embedding service is not responding.") from error
        if answer.status_code != 200:
            permanent = 400 <= answer.status_code < 500 and answer.status_code not in (408, 429)
            raise EmbedderError(f"The embedding service rejected the request ({answer.status_code}).", permanent)
        try:
            return [item["embedding"] for item in sorted(answer.json()["data"], key=lambda item: item["index"])]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderError("The response from the embedding service could not be read.") from error


class VoyageEmbedder(OpenAIEmbedder):
    """Voyage AI: the same API at another address. https://docs.voyageai.com/reference/embeddings-api"""

    def __init__(self, key: str, model: str = VOYAGE_MODEL, url: str = VOYAGE_URL, transport=None, seconds=SECONDS):
        super().__init__(url or VOYAGE_URL, key, model, transport, seconds)
        self.name = f"voyage:{model}"[:100]

    def embed(self, texts: list[str], **more) -> Made:
        return super().embed(texts, input_type="document", **more)

    def asking(self, texts: list[str]) -> Made:
        """Vectors of queries, which Voyage treats differently from texts."""
        return super().embed(texts, input_type="query")
