"""Workers on a Ray cluster: an actor each, on whatever node Ray finds for it.

Covers joining a cluster (or starting one on this machine), actors that take leases, and nodes that go: what their
actors held is lost, and others take their place. How code reaches the nodes is in docs/scale.md. Does not end a
target that hangs outside Python; its actor then waits.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ninemarch.engine.call import INSIDE
from ninemarch.engine.leases import Event, Lease
from ninemarch.engine.worker import Bench, Brief, Opened, Plan, packed, unpacked
from ninemarch.errors import NinemarchError, RunInvalid, SuiteError, UsageError
from ninemarch.text import fault

__all__ = ["Cluster"]


class Actor:
    """A bench behind Ray."""

    def open(self, brief: bytes) -> tuple[str, int, float | None]:
        """Open the suite and the target; return how the target is called."""
        self._bench = Bench(unpacked(brief))
        opened = self._bench.opened
        return opened.mode, opened.batch, opened.timeout

    def plan(self, record: bytes) -> None:
        """See ``Bench.plan``."""
        self._bench.plan(record)

    def work(self, lease: Lease) -> list[bytes]:
        """Make the trials of a lease and return their records."""
        parts: list[bytes] = []
        last = self._bench.work(lease, parts.append)
        return [*parts, last] if last else parts


class Cluster:
    """So many actors.

    Args:
        brief: what each is told first.
        many: how many; 0 for the processors of the cluster.
        address: of the cluster; empty for one of this machine's own.

    Raises:
        UsageError: ray is not installed, or no cluster answers.
        SuiteError: the suite or the target cannot be had on a worker.
    """

    def __init__(self, brief: Brief, many: int, address: str) -> None:
        self._ray = _joined(address)
        self._brief = packed(brief)
        self._plan: bytes | None = None
        self._actors: dict[int, Any] = {}
        self._given: dict[Any, int] = {}  # reference of a lease's records -> worker
        self._opening: dict[Any, int] = {}  # reference of how it calls the target -> worker that is starting
        self._late: set[int] = set()
        self._next = 0
        # Not less than one processor each: Ray then spreads them over the nodes that have them.
        self._class = self._ray.remote(num_cpus=1, max_restarts=0)(Actor)
        try:
            self.many = many or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
            for _ in range(self.many):
                self._start()
            self.opened = self._first()
        except BaseException:
            self.close()
            raise

    def _first(self) -> Opened:
        """Wait for the first actor; what stops it from beginning is said at once."""
        try:
            return Opened(*self._got(next(iter(self._opening))))
        except self._ray.exceptions.RayError as error:
            msg = f"a worker on the cluster cannot begin: {fault(error, 1500)}"
            raise SuiteError(msg) from error

    def plan(self, plan: Plan) -> None:
        """Tell every actor, and those to come, what is planned."""
        self._plan = plan.record
        for actor in self._actors.values():
            actor.plan.remote(plan.record)

    def ready(self) -> Sequence[int]:
        """See ``Workers.ready``. An actor that Ray has no room for yet takes none."""
        opened = (
            self._ray.wait(list(self._opening), num_returns=len(self._opening), timeout=0)[0] if self._opening else []
        )
        for reference in opened:
            worker = self._opening.pop(reference)
            try:
                self._got(reference)
            except self._ray.exceptions.RayError as error:  # its node went before it had begun
                self._lost(worker, error)
        return [worker for worker in self._actors if worker not in self._opening.values()]

    def give(self, worker: int, lease: Lease) -> None:
        """See ``Workers.give``."""
        self._given[self._actors[worker].work.remote(lease)] = worker

    def wait(self, seconds: float) -> list[Event]:
        """See ``Workers.wait``.

        Raises:
            SuiteError: a worker cannot make the trials: it says why.
        """
        waiting = [*self._given, *self._opening]
        with INSIDE:  # a second Ctrl-C does not wait for the trials in flight
            done, _ = self._ray.wait(waiting, num_returns=1, timeout=seconds)
            done, _ = self._ray.wait(waiting, num_returns=len(waiting), timeout=0) if done else ([], [])
        INSIDE.check()
        return [event for reference in done if reference in self._given for event in self._landed(reference)]

    def _landed(self, reference: Any) -> list[Event]:
        worker = self._given[reference]
        try:
            parts = self._got(reference)
        except self._ray.exceptions.RayError as error:
            return [self._lost(worker, error)]
        del self._given[reference]
        return [*(Event(worker, part) for part in parts), Event(worker, done=True)]

    def _lost(self, worker: int, error: Exception) -> Event:
        """Let go of all that a worker held, and start another one."""
        self._given = {reference: other for reference, other in self._given.items() if other != worker}
        self._opening = {reference: other for reference, other in self._opening.items() if other != worker}
        self._ray.kill(self._actors.pop(worker))
        self._start()
        return Event(worker, lost=fault(error), late=worker in self._late)

    def _got(self, reference: Any) -> Any:
        """What a worker returned; what it refused is raised as its own."""
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            cause = error.cause if isinstance(error.cause, NinemarchError) else error
            raise SuiteError(str(cause) if cause is not error else fault(error, 600)) from error

    def _start(self) -> None:
        actor = self._actors[self._next] = self._class.remote()
        self._opening[actor.open.remote(self._brief)] = self._next
        self._next += 1
        if self._plan is not None:
            actor.plan.remote(self._plan)

    def kill(self, worker: int) -> None:
        """See ``Workers.kill``."""
        self._late.add(worker)
        self._ray.kill(self._actors[worker])

    def close(self) -> None:
        """See ``Workers.close``."""
        for actor in self._actors.values():
            self._ray.kill(actor)
        self._actors.clear()
        self._ray.shutdown()


def _joined(address: str) -> Any:
    """The ray module, connected."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
        import ray.exceptions  # noqa: PLC0415
    except ImportError as error:
        msg = "executor=ray needs Ray; install it with: pip install 'ninemarch[ray]'"
        raise UsageError(msg) from error
    given: dict[str, Any] = {"address": address} if address else {"address": "local", "include_dashboard": False}
    try:
        ray.init(log_to_driver=False, logging_level="error", configure_logging=False, **given)
    except (ConnectionError, ValueError, RuntimeError) as error:
        where = address or "on this machine"
        msg = f"no Ray cluster answers: address={where} ({fault(error)}); start one with 'ray start --head'"
        raise (UsageError if address else RunInvalid)(msg) from error
    return ray
