"""Leases: every trial is told once, whatever workers do; with workers that lose, repeat and reorder at will."""

from __future__ import annotations

import random
from collections import Counter, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import F, P, trial

from ninemarch.engine.leases import Event, Lease, Leased, Sizes, lease_of, picks_of
from ninemarch.errors import RunInvalid
from ninemarch.journal import encode_trials
from ninemarch.model import Trial


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(-50, 50))))
def test_law_a_lease_says_its_picks(picks: list[tuple[int, int]]):
    assert list(picks_of(lease_of(picks))) == picks


def payload(numbers: list[int]) -> bytes:
    return encode_trials([(trial(number), None) for number in numbers])


class Fickle:
    """Workers that send what they have made in parts, twice, or not at all, and die with a chance of ``death``."""

    def __init__(self, many: int, seed: int, death: float, poison: int = -1) -> None:
        self.rng = random.Random(seed)
        self.death, self.poison = death, poison
        self.leases: dict[int, deque[Lease]] = {number: deque() for number in range(many)}
        self.next = many
        self.sizes: list[int] = []

    def ready(self) -> list[int]:
        return list(self.leases)

    def give(self, worker: int, lease: Lease) -> None:
        self.leases[worker].append(lease)
        self.sizes.append(sum(many for _, _, many in lease))

    def wait(self, seconds: float) -> list[Event]:
        del seconds
        events = []
        for worker, queue in list(self.leases.items()):
            if not queue:
                continue
            numbers = [number for number, _ in picks_of(queue[0])]
            poisoned = self.poison in numbers
            if poisoned or self.rng.random() < self.death:
                done = numbers[: numbers.index(self.poison)] if poisoned else numbers[: self.rng.randrange(99)]
                if done and self.rng.random() < 0.5:
                    events.append(Event(worker, payload(done)))
                events.append(Event(worker, lost="killed"))
                del self.leases[worker]
                self.leases[self.next] = deque()
                self.next += 1
                continue
            queue.popleft()
            half = len(numbers) // 2
            if half and self.rng.random() < 0.3:
                events.append(Event(worker, payload(numbers[:half])))
            events.append(Event(worker, payload(numbers), done=True))
        return events

    def kill(self, worker: int) -> None:
        raise AssertionError(worker)

    def close(self) -> None: ...


def failed(number: int, pick: int, why: str, /, *, late: bool) -> Trial:
    assert (pick, why, late) == (number, "killed", False)
    return trial(number, F)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(0, 400), st.sampled_from([0.0, 0.1, 0.3]))
def test_law_every_trial_is_told_once(seed: int, many: int, planned: int, death: float):
    workers = Fickle(many, seed, death)
    told: list[int] = []
    crew = Leased(workers, Sizes(1, planned, many), failed=failed)
    crew.run(zip(range(planned), range(planned), strict=True), lambda one, _: told.append(one.number))
    assert sorted(told) == list(range(planned))


def test_a_trial_that_ends_every_worker_has_failed_and_the_others_are_made():
    workers = Fickle(2, 1, 0.0, poison=77)
    told: list[Trial] = []
    crew = Leased(workers, Sizes(1, 200, 2), failed=failed)
    crew.run(zip(range(200), range(200), strict=True), lambda one, _: told.append(one))
    assert Counter(one.verdict for one in told) == {P: 199, F: 1}
    assert next(one.number for one in told if one.verdict is F) == 77
    assert workers.next - 2 <= 6  # workers that it has cost


def test_workers_that_never_record_anything_end_the_run():
    crew = Leased(Fickle(2, 1, 1.1), Sizes(1, 10_000, 2), failed=lambda *_, late: trial(0, F))
    # Leases stay large, so that no trial is to blame.
    crew._reissue = lambda book, numbers: book.again.append(numbers)  # type: ignore[method-assign]
    with pytest.raises(RunInvalid, match="before they record anything"):
        crew.run(zip(range(10_000), range(10_000), strict=True), lambda *_: None)


def test_picks_end_when_the_run_is_to_stop():
    workers = Fickle(2, 1, 0.0)
    told: list[int] = []

    def picks():
        for number in range(1000):
            if len(told) >= 40:
                return
            yield number, number

    Leased(workers, Sizes(1, 1000, 2), failed=failed).run(picks(), lambda one, _: told.append(one.number))
    assert 40 <= len(told) == sum(workers.sizes) < 1000  # what was in flight is told too


def test_leases_follow_the_time_a_trial_takes():
    sizes = Sizes(1, 10**9, 2)
    assert sizes.next == 16
    sizes.learn(16, 16e-6)
    assert sizes.next == 1000
    sizes.seconds = 1e-3
    assert sizes.next == 200
    sizes.seconds = 0.02
    assert sizes.next == 16
    sizes.seconds = 5.0
    assert sizes.next == 1
    assert Sizes(256, 10**6, 2).next == 256  # a batch
    assert Sizes(1, 7, 2).next == 2  # all finish at about the same time
