"""An OpenAI-compatible server that answers as it is told to: well, badly, late or not at all.

A test scripts it: a function from the request to an `Act`, or a list of acts,
one for each request, the last one for all that follow.  It keeps every request
body that it saw.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Act:
    """What the server does with a request."""

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    delay_s: float = 0.0
    finish: str = "stop"
    refusal: str | None = None
    cut: bool = False
    tokens: tuple[int, int] | None = (100, 20)
    as_tool: bool = False
    pieces: int = 5


Script = Callable[[dict[str, Any]], Act] | Sequence[Act] | Act


class FaultServer:
    """Serves on a free port of this machine until closed; a context manager."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self.paths: list[str] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                return

            def do_POST(self) -> None:
                outer._serve(self)

            def do_GET(self) -> None:
                outer._send(self, 200, {}, json.dumps({"object": "list", "data": [{"id": "tiny", "object": "model"}]}))

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_: Any) -> None:
                return

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _act(self, request: dict[str, Any], number: int) -> Act:
        if isinstance(self.script, Act):
            return self.script
        if callable(self.script):
            return self.script(request)
        return self.script[min(number, len(self.script) - 1)]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            number = len(self.bodies)
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            self.paths.append(handler.path)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            request = json.loads(body)
            act = self._act(request, number)
            time.sleep(act.delay_s)
            if act.status != 200:
                said = act.body or json.dumps({"error": {"message": f"fault {act.status}", "type": "fault", "code": None}})
                self._send(handler, act.status, act.headers, said)
            elif act.body is not None:
                self._send(handler, 200, act.headers, act.body)
            elif request.get("stream"):
                self._stream(handler, request, act)
            else:
                self._send(handler, 200, act.headers, json.dumps(completion(request, act)), cut=act.cut)
        finally:
            with self._lock:
                self.at_once -= 1

    def _send(self, handler: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str], body: str, *, cut: bool = False) -> None:
        data = body.encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if cut:
            handler.wfile.write(data[: len(data) // 2])
            handler.close_connection = True
            return
        handler.wfile.write(data)

    def _stream(self, handler: BaseHTTPRequestHandler, request: dict[str, Any], act: Act) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        size = max(1, -(-len(act.text) // act.pieces))
        chunks = [act.text[start : start + size] for start in range(0, len(act.text), size)]
        sent = chunks[: len(chunks) // 2] if act.cut else chunks
        for chunk in sent:
            self._event(
                handler, request, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": chunk}, "finish_reason": None}]}
            )
        handler.close_connection = True
        if act.cut:
            return
        self._event(handler, request, {"choices": [{"index": 0, "delta": {}, "finish_reason": act.finish}]})
        if act.tokens:
            self._event(handler, request, {"choices": [], "usage": usage(act.tokens)})
        handler.wfile.write(b"data: [DONE]\n\n")

    def _event(self, handler: BaseHTTPRequestHandler, request: dict[str, Any], facts: dict[str, Any]) -> None:
        event = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": request["model"], **facts}
        handler.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        handler.wfile.flush()


def usage(tokens: tuple[int, int]) -> dict[str, int]:
    return {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}


def completion(request: dict[str, Any], act: Act) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": act.text, "refusal": act.refusal}
    if act.as_tool:
        call = {"id": "t1", "type": "function", "function": {"name": "answer", "arguments": act.text}}
        message |= {"content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if act.as_tool else act.finish}
    made = {"id": "c1", "object": "chat.completion", "created": 1, "model": request["model"], "choices": [choice]}
    return made | ({"usage": usage(act.tokens)} if act.tokens else {})


def texts_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the texts that a request of `read_texts` asks about."""
    lines = request["messages"][-1]["content"].splitlines()
    return [json.loads(line) for line in lines if line.startswith('{"id"')]


def reading(text: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return a right reading of a text: whatever it says, its first four characters praise the quality."""
    aspects = [{"code": "quality", "polarity": "good", "quote": text["text"][:4]}]
    plain = {"sentiment": 0.5, "aspects": aspects, "intent": "praise", "needs": [], "urgency": "none", "emotion": "joy"}
    return {"id": text["id"], **plain, **changed}


def well(request: dict[str, Any]) -> Act:
    """Answer a request of `read_texts` as asked."""
    return Act(json.dumps({"readings": [reading(text) for text in texts_of(request)]}, ensure_ascii=False))
