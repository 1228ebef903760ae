"""The world of one trial: database, customer and clock, and the boundary over which an agent reaches them.

Covers the conversation, the tools with the faults that befall their calls, and the receipts: what the caller really
received, noted where it leaves. Time is the world's own: a fault that delays moves the clock, nobody sleeps.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desk_suite.customer import Visitor
from desk_suite.damage import damaged, drifted, injected, lossy
from desk_suite.faults import Fault, Kind, read_faults
from desk_suite.shop import YESTERDAY, open_database, record_of, shop_of
from desk_suite.tools import LOCAL, WRITES, execute, final_state

__all__ = ["CallFailed", "CallTimeout", "Desk", "Disconnected", "Over", "Response", "World"]

WAIT = 30.0
"""Seconds for which a caller waits for an answer, unless it says otherwise."""
PATIENCE = 900.0
"""Seconds after which the customer has left."""
_MOST = 80  # calls and sentences of one conversation
_USUAL = 0.4  # seconds of a call
_TALK = 6.0  # seconds of a sentence and its reply
_DAY = 86_400.0


class CallFailed(Exception):
    """A call brought no answer."""


class CallTimeout(CallFailed):
    """No answer came in time; whether the call was done is not known."""


class Disconnected(CallFailed):
    """The connection was lost; whether the call was done is not known."""


class Over(Exception):
    """The conversation has gone on for too long."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it arrived: HTTP status, text, and for 429 the seconds to wait."""

    status: int
    text: str
    retry_after: float | None = None


@dataclass(slots=True)
class _Call:
    """One call on its way: what was asked, and what a faultless answer would have been, once it was done."""

    tool: str
    args: Mapping[str, Any]
    wait: float
    done: int = 0
    clean: Response | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """All that an agent gets: tools, the customer's ear, the clock."""

    call: Callable[..., Response]
    say: Callable[[str], str | None]
    wait: Callable[[float], None]
    now: Callable[[], float]


@dataclass(slots=True)
class _Standing:
    """Faults that last: what is down, lossy or closed until when."""

    down: set[str] = field(default_factory=set)
    lossy: bool = False
    closed_until: float = 0.0


class World:
    """One trial's shop, customer and clock.

    Args:
        scene: a scenario's input. In a counterfactual ``skips`` says at which call number how many are left out:
            those of a call that a mended fault had spoilt, so that its retry, and all that follows, meet their own.
    """

    def __init__(self, scene: Mapping[str, Any]) -> None:
        self.shop = shop_of(scene["shop"])
        self.base: sqlite3.Connection = open_database(self.shop)
        self.visitor = Visitor(scene["customer"])
        self.clock = 0.0
        self.steps: list[dict[str, Any]] = []
        self.receipts: list[dict[str, Any]] = []
        self.calls = 0
        self._faults: list[Fault] = read_faults(scene["faults"])
        self._skips: dict[int, int] = dict(scene.get("skips", ()))
        self._standing = _Standing()
        self._earlier: dict[str, tuple[float, dict[str, Any]]] = {}

    def desk(self) -> Desk:
        """The agent's side of this world."""
        return Desk(self.call, self.say, self.wait, lambda: self.clock)

    def state(self) -> dict[str, Any]:
        """What has changed in the database since the beginning; see ``tools.final_state``."""
        return final_state(self.base, self.shop)

    def close(self) -> None:
        """Give the database back."""
        self.base.close()

    def say(self, text: str) -> str | None:
        """Say something to the customer; return the reply, None once the customer is gone."""
        self._count()
        self.clock += _TALK
        here = self.clock <= PATIENCE and not self._handed_over()
        reply = self.visitor.reply(str(text)) if here else None
        self._step("say", {"text": str(text)}, _TALK, output=reply)
        return reply

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._count()
        seconds = min(max(float(seconds), 0.0), _DAY)
        self.clock += seconds
        self._step("wait", {"seconds": seconds}, seconds, output="ok")

    def call(self, tool: str, *, wait: float = WAIT, **args: Any) -> Response:
        """Call a tool and return what arrives; as ``request``, with the tool's arguments by name."""
        return self.request(tool, args, wait=wait)

    def request(self, tool: str, args: Mapping[str, Any], *, wait: float = WAIT) -> Response:
        """Call a tool and return what arrives.

        Args:
            tool: its name.
            args: its arguments; wrong ones are answered with 400.
            wait: seconds after which the caller gives up.

        Raises:
            CallTimeout, Disconnected: nothing arrived.
            Over: the conversation has gone on for too long.
        """
        self._count()
        self.calls += self._skips.pop(self.calls, 0) if tool not in LOCAL else 0
        call, start, number = _Call(tool, args, wait), self.clock, self.calls
        fault = None if tool in LOCAL else self._due(tool, args)
        received: Response | CallFailed
        try:
            received = self._answer(call, fault)
        except CallFailed as error:
            received = error
        if tool not in LOCAL:
            self.calls += 1
        self._note(call, fault, received, self.clock - start, number)
        if isinstance(received, CallFailed):
            raise received
        return received

    def _count(self) -> None:
        if len(self.steps) >= _MOST:
            msg = f"the conversation has had {_MOST} steps"
            raise Over(msg)

    def _handed_over(self) -> bool:
        return self.base.execute("SELECT 1 FROM tickets").fetchone() is not None

    def _due(self, tool: str, args: Mapping[str, Any]) -> Fault | None:
        """The fault that strikes this call: one that lasts, else the first that has waited for it."""
        standing = self._standing
        known = self.shop.order(str(args.get("order_id"))) is not None
        if tool in standing.down:
            return Fault(self.calls, Kind.OUTAGE, 0.0)
        if self.clock < standing.closed_until:
            return Fault(self.calls, Kind.RATE_LIMIT, 0.0)
        for fault in self._faults:
            if fault.at <= self.calls and fault.kind.fits(tool) and (known or not fault.kind.of_records):
                self._faults.remove(fault)
                return fault
        if standing.lossy and known and tool == "look_up_order":
            return Fault(self.calls, Kind.LOST_FIELDS, 0.0)
        return None

    def _answer(self, call: _Call, fault: Fault | None) -> Response:
        if self._handed_over():
            return Response(409, '{"error": "a person has taken over"}')
        if fault is not None:
            return _DELIVER[fault.kind](self, call, fault)
        self.clock += 0.0 if call.tool in LOCAL else _USUAL
        return self.do(call)

    def do(self, call: _Call) -> Response:
        """Do the call, as asked for; return the faultless answer."""
        if call.tool in WRITES:
            number = str(call.args.get("order_id"))
            before = record_of(self.base, number)
            if before is not None:
                self._earlier[number] = (self.clock - _USUAL, before)
        status, body = execute(self.base, call.tool, call.args)
        if call.tool == "look_up_order" and status == 200:
            body["as_of"] = self.clock
        call.done += 1
        if call.clean is None:
            call.clean = Response(status, json.dumps(body))
        return call.clean

    def earlier(self, call: _Call) -> Response:
        """What a copy of the record says that is a day old, or as old as the last write in this conversation."""
        clean = self.do(call)
        number = str(call.args.get("order_id"))
        order = self.shop.order(number)
        if number in self._earlier or order is None:
            as_of, record = self._earlier[number]
        else:
            as_of, record = -_DAY, json.loads(clean.text)
            record["state"] = YESTERDAY[order.state]
            record["refunded_cents"] = order.price if record["state"] in {"refunded", "cancelled"} else 0
            if record["state"] in {"placed", "shipped"}:
                record["days_since_delivery"] = None
        return Response(200, json.dumps({**record, "as_of": as_of}))

    def _note(
        self, call: _Call, fault: Fault | None, received: Response | CallFailed, seconds: float, number: int
    ) -> None:
        text = received.text if isinstance(received, Response) else ""
        status = received.status if isinstance(received, Response) else type(received).__name__
        if fault is not None:
            self.receipts.append(
                {
                    "step": len(self.steps),
                    "tool": call.tool,
                    "fault": fault.kind.value,
                    "at": fault.at,
                    "call": number,
                    "status": status,
                    "bytes": len(text.encode()),
                    "digest": hashlib.blake2b(text.encode(), digest_size=6).hexdigest(),
                    "seconds": round(seconds, 3),
                    "delivered": _delivered(fault.kind, call, received, seconds),
                }
            )
        wrong = {} if status == 200 else {"error": f"{status}"}
        given = dict(call.args) if call.wait == WAIT else {**call.args, "wait": call.wait}
        self._step(call.tool, given, seconds, output=_parsed(text), **wrong)

    def _step(self, name: str, given: Mapping[str, Any], seconds: float, **came: Any) -> None:
        self.steps.append({"name": name, "input": dict(given), **came, "seconds": round(seconds, 3)})

    def again(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Take the steps of an earlier conversation of the same scenario again, in order."""
        for action in actions:
            name, given = action["name"], dict(action["input"])
            if name == "say":
                self.say(given["text"])
            elif name == "wait":
                self.wait(given["seconds"])
            else:
                seconds = given.pop("wait", WAIT)
                try:
                    self.request(name, given, wait=seconds)
                except CallFailed:
                    continue


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _delivered(kind: Kind, call: _Call, received: Response | CallFailed, seconds: float) -> bool:
    """Whether the fault shows in what the caller received, or in what was done: never in what was meant."""
    if kind in {Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER, Kind.DISCONNECT}:
        return isinstance(received, CallFailed)
    if kind is Kind.SLOW:
        return seconds > WAIT or isinstance(received, CallTimeout)
    if isinstance(received, CallFailed):
        return False
    if kind in {Kind.SERVER_ERROR, Kind.RATE_LIMIT, Kind.OUTAGE}:
        return received.status >= 429
    if kind is Kind.DUPLICATE:
        return call.done == 2
    return call.clean is not None and received.text != call.clean.text


def _timeout(world: World, call: _Call, fault: Fault) -> Response:
    if fault.kind is Kind.TIMEOUT_AFTER:
        world.do(call)
    world.clock += call.wait
    raise CallTimeout


def _slow(world: World, call: _Call, fault: Fault) -> Response:
    answer, needs = world.do(call), 60.0 + 60.0 * fault.share
    world.clock += min(needs, call.wait)
    if needs > call.wait:
        raise CallTimeout
    return answer


def _disconnect(world: World, call: _Call, fault: Fault) -> Response:
    if fault.share < 0.5:
        world.do(call)
    world.clock += _USUAL
    raise Disconnected


def _server_error(world: World, call: _Call, fault: Fault) -> Response:  # noqa: ARG001
    world.clock += _USUAL
    return Response(500, '{"error": "internal error"}')


def _rate_limit(world: World, call: _Call, fault: Fault) -> Response:  # noqa: ARG001
    standing = world._standing  # noqa: SLF001 - the deliveries are the world's own
    if world.clock >= standing.closed_until:
        standing.closed_until = world.clock + 5.0 + round(25.0 * fault.share)
    return Response(429, '{"error": "too many requests"}', retry_after=standing.closed_until - world.clock)


def _outage(world: World, call: _Call, fault: Fault) -> Response:  # noqa: ARG001
    world._standing.down.add(call.tool)  # noqa: SLF001
    world.clock += _USUAL
    return Response(503, '{"error": "service unavailable"}')


def _stale(world: World, call: _Call, fault: Fault) -> Response:  # noqa: ARG001
    world.clock += _USUAL
    return world.earlier(call)


def _duplicate(world: World, call: _Call, fault: Fault) -> Response:  # noqa: ARG001
    world.clock += _USUAL
    world.do(call)
    return world.do(call)


def _changed(change: Callable[[str, float, Kind], str]) -> Callable[[World, _Call, Fault], Response]:
    """The call is done, and its answer arrives changed."""

    def deliver(world: World, call: _Call, fault: Fault) -> Response:
        world.clock += _USUAL
        if fault.kind is Kind.LOST_FIELDS:
            world._standing.lossy = True  # noqa: SLF001
        clean = world.do(call)
        return Response(clean.status, change(clean.text, fault.share, fault.kind))

    return deliver


_DELIVER: Mapping[Kind, Callable[[World, _Call, Fault], Response]] = {
    Kind.TIMEOUT_BEFORE: _timeout,
    Kind.TIMEOUT_AFTER: _timeout,
    Kind.SERVER_ERROR: _server_error,
    Kind.RATE_LIMIT: _rate_limit,
    Kind.DISCONNECT: _disconnect,
    Kind.STALE: _stale,
    Kind.TRUNCATED: _changed(damaged),
    Kind.EMPTY: _changed(damaged),
    Kind.MALFORMED: _changed(damaged),
    Kind.DRIFT: _changed(drifted),
    Kind.DUPLICATE: _duplicate,
    Kind.SLOW: _slow,
    Kind.INJECTION: _changed(injected),
    Kind.OUTAGE: _outage,
    Kind.LOST_FIELDS: _changed(lossy),
}
