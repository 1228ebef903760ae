"""Names by a model: a real server on this machine, helpful or broken; only what rests on a quote is believed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.mining.clusters import Cluster
from ninemarch.mining.namer import merges_in, proposal_in
from ninemarch.model import Failure, Rate

BOT = """
def answer(x):
    if x % 29 == 0:
        raise KeyError(x)
    return None if x % 31 == 0 else x
"""
MANY = [{"id": f"s{n}", "input": n, "expect": n} for n in range(1, 300)]
EVIL = "\x1b[2J\u202e"


class Server(HTTPServer):
    """Answers chats with ``reply(question)``; keeps what it was asked and the headers."""

    def __init__(self, reply: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply, self.asked, self.keys = reply, [], []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers.get("Authorization"))
        found = self.server.reply(asked["messages"])
        if isinstance(found, int):
            self.send_response(found)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            return
        body = json.dumps({"choices": [{"message": {"content": found}}]}).encode() if found is not None else b"[1"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Any]:
    servers = []

    def start(reply: Any) -> Server:
        server = Server(reply)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def project(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": BOT}, target={"python": "bots:answer"}, scenarios=[{"inline": MANY}])
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    return tmp_path


def helpful(messages: list[dict[str, str]]) -> str:
    """Names what was found by the first words of its examples; takes all worded clusters for one."""
    asked = json.loads(messages[1]["content"])
    if isinstance(asked, list):
        return json.dumps({"same": [[each["id"] for each in asked]]})
    message = asked["examples"][0]["message"]
    quote = "KeyError" if "KeyError" in message else message[:20]
    return "Sure!\n```json\n" + json.dumps({"name": f"loses its key {EVIL}", "quote": quote}) + "\n```"


def test_a_name_that_rests_on_a_quote_is_shown_printable_and_kept(cli, project, serve):
    server = serve(helpful)
    done = cli("mine", "--namer", server.url, "--namer-model", "small", "--keep", cwd=project).must(
        0, "loses its key \\x1b[2J\\u202e (KeyError at bots.py:4 in answer)", "named by small at 127.0.0.1"
    )
    assert not done.steering
    assert {asked["model"] for asked in server.asked} == {"small"}
    assert {asked["temperature"] for asked in server.asked} == {0}
    # Kept names stay, and are not asked for again.
    many = len(server.asked)
    cli("mine", "--namer", server.url, cwd=project).must(0, "loses its key", "0 of 2 clusters are named")
    assert len(server.asked) == many


def test_the_key_goes_to_the_server_and_is_shown_nowhere(cli, project, serve):
    server = serve(helpful)
    done = cli("mine", "--namer", server.url, cwd=project, env={"OPENAI_API_KEY": "s3cret"}).must(0)
    assert set(server.keys) == {"Bearer s3cret"}
    assert "s3cret" not in done.out + done.err


@pytest.mark.parametrize(
    "reply",
    [
        "no JSON",
        "{",
        '{"name": "x"}',
        '{"name": "x", "quote": "not in the examples"}',
        '{"name": 3, "quote": 4}',
        "[]",
    ],
)
def test_a_reply_without_a_quote_changes_no_name(cli, project, serve, reply):
    done = cli("mine", "--namer", serve(lambda messages: reply).url, "--json", cwd=project).must(0).json
    assert {each["name"] for each in done["clusters"]} == {
        "KeyError at bots.py:4 in answer",
        "refused: the target returned None (no answer)",
    }


@pytest.mark.parametrize("status", [500, 401, 302])
def test_a_server_that_fails_or_sends_elsewhere_is_said(cli, project, serve, status):
    cli("mine", "--namer", serve(lambda messages: status).url, cwd=project).must(2, f"HTTP {status}", "mine without")


def test_a_server_that_says_no_json_is_said(cli, project, serve):
    cli("mine", "--namer", serve(lambda messages: None).url, cwd=project).must(2, "not JSON", "mine without")


def test_an_address_that_is_no_server_is_said(cli, project):
    cli("mine", "--namer", "file:///etc/passwd", cwd=project).must(2, "is no server")
    cli("mine", "--namer", "http://127.0.0.1:1/v1", cwd=project).must(2, "cannot be used")


def cluster(id_: str, *, wording: bool = True) -> Cluster:
    rate = Rate(1, 9, 9, 0.9, 0.8, 0.95, 0.95, "m", "p", 0.2, 0.05)
    example = Failure(
        1,
        "s",
        "fail",
        silent=False,
        severity="major",
        attributes={},
        reason="",
        input="in",
        expect="",
        output="",
        detail="no route to host",
    )
    return Cluster(id_, f"name {id_}", "refused", wording, None, (1,), 0, 1, 0, 1, 1, rate, (), (), (1,), (example,))


def test_only_clusters_that_were_asked_about_are_taken_for_one():
    clusters = [cluster("a"), cluster("b"), cluster("c", wording=False)]
    assert merges_in('{"same": [["a", "b"]]}', clusters) == [("a", "b")]
    for groups in ([["a", "c"]], [["a"]], [["a", "a"]], [["a", "x"]], ["ab"], 3, [["a", 3]]):
        assert merges_in(json.dumps({"same": groups}), clusters) == []
    assert merges_in('{"same": [["a", "b"], ["b", "a"]]}', clusters) == [("a", "b")]


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_reply_is_taken(reply, quote):
    proposal_in(reply, cluster("a"))
    merges_in(reply, [cluster("a"), cluster("b")])
    found = proposal_in(json.dumps({"name": "n", "quote": quote}), cluster("a"))
    assert (found is not None) == (len(quote.strip()) >= 3 and quote.strip() in "no route to host")
