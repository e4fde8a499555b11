"""Amazon Bedrock: Titan (one text per call) or Cohere (96). Only imported if selected, because it needs boto3.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html"""

import json

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from library.search.embedders import EmbedderError, Made, unit

MODEL = "amazon.titan-embed-text-v2:0"
USD_PER_TOKEN = 0.00002 / 1000
LETTERS_PER_TOKEN = 4
AT_ONCE = 96
LONGEST = 8000
LONGEST_OF_COHERE = 2048
AGAIN = ("ThrottlingException", "ServiceUnavailableException", "ModelTimeoutException", "InternalServerException")


class BedrockEmbedder:
    def __init__(self, region: str, model: str = MODEL, client=None):
        self.model = model
        self.name = f"bedrock:{model}"[:100]
        self.client = client or boto3.client("bedrock-runtime", region_name=region)

    def embed(self, texts: list[str]) -> Made:
        return self.made(texts, "search_document")

    def asking(self, texts: list[str]) -> Made:
        """Vectors of queries, which Cohere treats differently from texts."""
        return self.made(texts, "search_query")

    def made(self, texts: list[str], use: str) -> Made:
        texts = [text[:LONGEST] or " " for text in texts]
        try:
            rows = self.cohere(texts, use) if "cohere" in self.model else [self.titan(text) for text in texts]
        except (KeyError, TypeError) as error:
            raise EmbedderError("The response from Bedrock could not be read.") from error
        return Made(unit(rows), sum(map(len, texts)) / LETTERS_PER_TOKEN * USD_PER_TOKEN)

    def titan(self, text: str) -> list:
        return self.ask({"inputText": text})["embedding"]

    def cohere(self, texts: list[str], use: str) -> list:
        rows = []
        for start in range(0, len(texts), AT_ONCE):
            some = [text[:LONGEST_OF_COHERE] for text in texts[start : start + AT_ONCE]]
            found = self.ask({"texts": some, "input_type": use, "truncate": "END"})["embeddings"]
            rows += found["float"] if isinstance(found, dict) else found  # newer models name the type of number
        return rows

    def ask(self, body: dict) -> dict:
        try:
            answer = self.client.invoke_model(modelId=self.model, body=json.dumps(body), contentType="application/json")
            return json.loads(answer["body"].read())
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise EmbedderError(f"Bedrock rejected the request ({code}).", permanent=code not in AGAIN) from error
        except (BotoCoreError, ValueError) as error:
            raise EmbedderError("Bedrock is not responding.") from error
