"""Any server that speaks the chat completions of OpenAI's API with tools: OpenAI, Ollama, vLLM, llama.cpp, LiteLLM.

https://platform.openai.com/docs/api-reference/chat"""

import json

import httpx

from catalogs.deadline_transport import DeadlineTransport
from chat.providers import Call, ModelError, ModelTurn, Said

AGAIN = (408, 409, 429, 500, 502, 503, 504)


class OpenAIChatModel:
    def __init__(self, model: str, url: str, key: str = "", transport=None, timeout: float = 30):
        self.name = f"openai:{model}"
        self.model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(
            base_url=url, headers=headers, timeout=timeout, transport=transport or DeadlineTransport(timeout)
        )

    def ask(self, system: str, turns: list[ModelTurn], tools: list[dict], hear=None) -> Said:
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": system}, *(message for turn in turns for message in _turn_messages(turn))],
            "tools": [{"type": "function", "function": tool} for tool in tools],
        }
        if hear:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        try:
            with self.client.stream("POST", "/chat/completions", json=body) as answer:
                if answer.status_code != 200:
                    raise ModelError(
                        f"The model rejected the request ({answer.status_code}).", permanent=answer.status_code not in AGAIN
                    )
                streamed = hear and "event-stream" in answer.headers.get("content-type", "")
                return _read_openai_answer(_gathered(answer.iter_lines(), hear) if streamed else json.loads(answer.read()))
        except httpx.HTTPError as error:
            raise ModelError("The model is not responding.") from error
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise ModelError("The model answered something that cannot be read.") from error


def _gathered(lines, hear) -> dict:
    """The pieces of a streamed answer, put together to what would have been said at once."""
    text, calls, usage, ended = "", {}, {}, False
    for line in lines:
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            ended = True
            break
        piece = json.loads(data)
        if "error" in piece:
            raise ModelError("The model stopped before finishing its answer.")
        usage = piece.get("usage") or usage
        for choice in piece.get("choices", ())[:1]:
            ended = ended or bool(choice.get("finish_reason"))
            delta = choice.get("delta") or {}
            if values := delta.get("content"):
                text += values
                hear(values)
            for call in delta.get("tool_calls") or ():
                _gather_call(calls, call)
    if not ended:
        raise ModelError("The model stopped before finishing its answer.")
    return {"choices": [{"message": {"content": text, "tool_calls": [calls[n] for n in sorted(calls)]}}], "usage": usage}


def _gather_call(calls: dict[int, dict], piece: dict):
    """Its name comes once, its arguments letter by letter. Some servers leave out the number, and send each call whole."""
    number = piece.get("index", len(calls))
    call = calls.setdefault(number, {"id": f"call-{number}", "function": {"name": "", "arguments": ""}})
    call["id"] = piece.get("id") or call["id"]
    function = piece.get("function") or {}
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""


def _turn_messages(turn: ModelTurn) -> list[dict]:
    if turn.role == "tool":
        return [{"role": "tool", "tool_call_id": key, "content": found} for key, found in turn.results]
    values: dict = {"role": turn.role, "content": turn.text}
    if turn.calls:
        values["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
            for call in turn.calls
        ]
    return [values]


def _read_openai_answer(answer: dict) -> Said:
    message, usage = answer["choices"][0]["message"], answer.get("usage") or {}
    calls = tuple(
        Call(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"] or "{}"))
        for call in message.get("tool_calls") or ()
    )
    return Said(message.get("content") or "", calls, usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
