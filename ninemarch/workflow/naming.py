"""Ask an OpenAI-compatible server for names of clusters; off unless a server is named.

Covers who is asked, through the one HTTP client. Examples of failures leave the machine for the server that was
named, and for no other: redirects are refused. The key comes from ``OPENAI_API_KEY`` alone and is shown nowhere.
"""

from __future__ import annotations

import atexit
import os
import shlex
import urllib.parse
from dataclasses import replace
from pathlib import Path

from ninemarch.errors import UsageError
from ninemarch.kept import load_catalogue
from ninemarch.mining.clusters import Cluster
from ninemarch.mining.namer import Message, merge_question, merges_in, name_question, proposal_in
from ninemarch.mining.result import MiningResult
from ninemarch.model import TargetUnreachable
from ninemarch.net import ChatSpec, ask, open_chat
from ninemarch.text import excerpt

__all__ = ["Namer", "name_clusters"]

_SECONDS = 60
_TOKENS = 300


class Namer:
    """A server that completes chats.

    Args:
        url: its base, such as ``http://localhost:8080/v1``.
        model: name of the model.

    Raises:
        UsageError: no address of a server, or what sends requests is not installed.
    """

    def __init__(self, url: str, model: str) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = f"--namer {excerpt(url, 80)} is no server; allowed: http(s)://HOST[:PORT]/v1, OpenAI-compatible"
            raise UsageError(msg)
        key = "${OPENAI_API_KEY}" if os.environ.get("OPENAI_API_KEY") else ""
        spec = ChatSpec(model, base_url=url, api_key=key, params={"temperature": 0, "seed": 0, "max_tokens": _TOKENS})
        self._chat = open_chat(spec, place="--namer")
        atexit.register(self._chat.close)
        self.label = f"{model} at {parts.hostname}"

    def ask(self, messages: list[Message]) -> str:
        """Return the reply; empty where it holds none.

        Raises:
            UsageError: the server cannot be reached, or answers with an error.
        """
        (reply,) = ask(self._chat, [messages], timeout=_SECONDS)
        if isinstance(reply, TargetUnreachable):
            why = excerpt(str(reply), 160)
            msg = f"the server of --namer cannot be used: {why} ({self.label}); mine without --namer, or mend it"
            raise UsageError(msg) from reply
        return reply.text


def name_clusters(found: MiningResult, namer: Namer, *, top: int = 10, root: Path | None = None) -> MiningResult:
    """Return what mining found with names by a model, and its proposals to merge as notes.

    Args:
        found: what mining found.
        namer: the server.
        top: clusters named at most; the others keep their names, and so do those that the catalogue has.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: the server cannot be used.
    """
    catalogue = load_catalogue(found.plan.suite, root)
    kept = {each.id for each in catalogue.clusters} if catalogue else set()
    named = tuple(each if each.id in kept else _named(each, namer) for each in found.clusters[:top])
    renamed = sum(new.name != old.name for new, old in zip(named, found.clusters, strict=False))
    notes = [f"{renamed:,} of {len(named):,} clusters are named by {namer.label}, each by a quote from its examples"]
    if sum(each.wording for each in found.clusters) > 1:
        for first, *others in merges_in(namer.ask(merge_question(found.clusters)), found.clusters):
            for other in others:
                command = shlex.join(["ninemarch", "clusters", "merge", found.plan.suite, other, first])
                notes.append(f"{namer.label} takes two clusters for one cause; if you do: {command}")
    return replace(found, clusters=(*named, *found.clusters[top:]), notes=(*found.notes, *notes))


def _named(cluster: Cluster, namer: Namer) -> Cluster:
    proposal = proposal_in(namer.ask(name_question(cluster)), cluster)
    if proposal is None:
        return cluster
    return replace(cluster, name=f"{proposal.name} ({cluster.name})")
