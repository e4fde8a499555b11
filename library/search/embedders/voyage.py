"""Voyage AI: OpenAI's API at another address. https://docs.voyageai.com/reference/embeddings-api"""

from library.search.embedders import Made, openai

URL, MODEL = "https://api.voyageai.com/v1", "voyage-3.5-lite"


class VoyageEmbedder(openai.OpenAIEmbedder):
    def __init__(self, key: str, model: str = MODEL, url: str = URL, transport=None):
        super().__init__(url or URL, key, model, transport)
        self.name = f"voyage:{model}"[:100]

    def embed(self, texts: list[str], **more) -> Made:
        return super().embed(texts, input_type="document", **more)

    def asking(self, texts: list[str]) -> Made:
        """Vectors of queries, which Voyage treats differently from texts."""
        return super().embed(texts, input_type="query")
