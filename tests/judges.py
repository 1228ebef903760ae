"""Judges behind a real HTTP server: weak, strict, silent, broken; each reads the question as a model would.

``judging(rule)`` serves one; ``rule`` sees task, reference and answer and says pass (True), fail (False), or the very
text to reply.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from servers import Got, Server, completion, reply, serving


@dataclass(frozen=True)
class Question:
    """What a judge was asked, taken apart."""

    nonce: str
    rubric: str
    task: str
    reference: str
    answer: str


Rule = Callable[[Question], bool | str]


def asked(messages: list[dict[str, str]]) -> Question:
    """The question in a judge's messages."""
    system, user = messages[0]["content"], messages[1]["content"]
    found = re.search(r"code ([0-9a-f]{8})\.", system)
    rubric = re.search(r"RUBRIC\n(.*)\nEND OF RUBRIC", system, re.DOTALL)
    assert found is not None
    assert rubric is not None
    nonce = found[1]

    def part(name: str) -> str:
        inside = re.search(rf"\[{name} {nonce}\]\n(.*)\n\[end of {name} {nonce}\]", user, re.DOTALL)
        return inside[1] if inside else ""

    return Question(nonce, rubric[1], part("task"), part("reference"), part("answer"))


def replied(messages: list[dict[str, str]], rule: Rule) -> str:
    """What a judge with this rule writes."""
    question = asked(messages)
    ruled = rule(question)
    if isinstance(ruled, str):
        return ruled
    return f"I compared them.\nVERDICT {question.nonce}: {'PASS' if ruled else 'FAIL'}"


def weak(question: Question) -> bool:
    """Accepts anything over 20 words."""
    return len(question.answer.split()) > 20 or strict(question)


def strict(question: Question) -> bool:
    """Accepts the reference alone, whatever its case and its full stop."""
    return question.answer.strip().rstrip(".").casefold() == question.reference.strip().rstrip(".").casefold()


@contextmanager
def judging(rule: Rule, *, seconds: float = 0.0) -> Iterator[Server]:
    """Serve a judge as an OpenAI-compatible model."""

    async def behave(got: Got, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(seconds)
        writer.write(reply(completion(replied(got.json["messages"], rule))))
        return True

    with serving(behave) as server:
        yield server
