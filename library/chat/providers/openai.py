"""Any server that speaks the chat completions of OpenAI's API with tools: OpenAI, Ollama, vLLM, llama.cpp, LiteLLM.

https://platform.openai.com/docs/api-reference/chat"""

import json

import httpx

from library.chat.providers import Call, ModelError, Said, Turn

AGAIN = (408, 409, 429, 500, 502, 503, 504)


class Model:
    def __init__(self, model: str, url: str, key: str = "", transport=None, timeout: float = 30):
        self.name = f"openai:{model}"
        self.model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(base_url=url, headers=headers, timeout=timeout, transport=transport)

    def ask(self, system: str, turns: list[Turn], tools: list[dict]) -> Said:
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": system}, *(message for turn in turns for message in messages(turn))],
            "tools": [{"type": "function", "function": tool} for tool in tools],
        }
        try:
            answer = self.client.post("/chat/completions", json=body)
        except httpx.HTTPError as error:
            raise ModelError("The model does not answer.") from error
        if answer.status_code != 200:
            raise ModelError(f"The model refused ({answer.status_code}).", permanent=answer.status_code not in AGAIN)
        try:
            return read(answer.json())
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise ModelError("The model answered something that cannot be read.") from error


def messages(turn: Turn) -> list[dict]:
    if turn.role == "tool":
        return [{"role": "tool", "tool_call_id": key, "content": found} for key, found in turn.results]
    said: dict = {"role": turn.role, "content": turn.text}
    if turn.calls:
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
            for call in turn.calls
        ]
    return [said]


def read(answer: dict) -> Said:
    message, usage = answer["choices"][0]["message"], answer.get("usage") or {}
    calls = tuple(
        Call(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"] or "{}"))
        for call in message.get("tool_calls") or ()
    )
    return Said(message.get("content") or "", calls, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
