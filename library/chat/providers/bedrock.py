"""Amazon Bedrock's Converse, for all models that know tools. Imported only where it is chosen: it needs boto3.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html"""

import json

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from library.chat.providers import Call, ModelError, Said, Turn

AGAIN = (
    "ThrottlingException",
    "ServiceUnavailableException",
    "ModelTimeoutException",
    "InternalServerException",
    "ModelNotReadyException",
)
MOST_TOKENS = 1200


class Model:
    def __init__(self, model: str, region: str, client=None, timeout: float = 30):
        self.name = f"bedrock:{model}"
        self.model = model
        config = Config(read_timeout=timeout, connect_timeout=5, retries={"total_max_attempts": 1})
        self.client = client or boto3.client("bedrock-runtime", region_name=region, config=config)

    def ask(self, system: str, turns: list[Turn], tools: list[dict]) -> Said:
        specs = [
            {"toolSpec": {"name": tool["name"], "description": tool["description"], "inputSchema": {"json": tool["parameters"]}}}
            for tool in tools
        ]
        try:
            answer = self.client.converse(
                modelId=self.model,
                system=[{"text": system}],
                messages=[message(turn) for turn in turns],
                toolConfig={"tools": specs},
                inferenceConfig={"maxTokens": MOST_TOKENS, "temperature": 0},
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise ModelError(f"Bedrock refused ({code}).", permanent=code not in AGAIN) from error
        except BotoCoreError as error:
            raise ModelError("Bedrock does not answer.") from error
        try:
            return read(answer)
        except (KeyError, TypeError) as error:
            raise ModelError("Bedrock answered something that cannot be read.") from error


def message(turn: Turn) -> dict:
    if turn.role == "tool":
        found = [{"toolResult": {"toolUseId": key, "content": [{"json": json.loads(text)}]}} for key, text in turn.results]
        return {"role": "user", "content": found}
    content: list[dict] = [{"text": turn.text}] if turn.text else []
    content += [{"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}} for call in turn.calls]
    return {"role": turn.role, "content": content}


def read(answer: dict) -> Said:
    parts, usage = answer["output"]["message"]["content"], answer.get("usage", {})
    calls = tuple(
        Call(part["toolUse"]["toolUseId"], part["toolUse"]["name"], part["toolUse"]["input"] or {})
        for part in parts
        if "toolUse" in part
    )
    text = "".join(part.get("text", "") for part in parts)
    return Said(text, calls, usage.get("inputTokens", 0), usage.get("outputTokens", 0))
