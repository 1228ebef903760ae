"""The suite desk: a real and deterministic world, the policy's truth, and faults that arrive."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter

import pytest
from desks import EASY, RAW, SUITE, drawn, made, ruled

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import RunInvalid
from ninemarch.model import Verdict

# isort: split
from desk_suite import selftest
from desk_suite.boundary import CallFailed, World
from desk_suite.checks import right_state
from desk_suite.customer import Visitor
from desk_suite.faults import CALLS, Kind, planned_faults
from desk_suite.generator import scenario
from desk_suite.oracle import answer_of
from desk_suite.policy import PERSON_ABOVE, decide
from desk_suite.releases import fresh, readback, retries, rules
from desk_suite.shop import Order, shop_of
from desk_suite.tools import WRITES, execute, schemas

# --- scenarios


def test_a_scenario_is_a_pure_function_of_levels_and_random_state():
    for profile in RAW["profiles"]:
        for case in drawn(profile, 3, 30):
            levels = {name: case.attributes[name] for name in EASY}
            again = [scenario(levels, random.Random(case.id)) for _ in range(2)]
            assert again[0] == again[1]


def test_the_scenarios_never_change_unnoticed():
    """The same on every machine and Python; whoever changes the generator raises the suite's version."""
    rows = []
    for profile, attributes in RAW["profiles"].items():
        for index in range(60):
            rng = random.Random(f"{profile}:{index}")
            levels = {name: rng.choices(list(of), list(of.values()))[0] for name, of in attributes.items()}
            rows.append(json.dumps(scenario(levels, rng), sort_keys=True))
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    assert (RAW["version"], digest) == ("1", "22cdc07c63540ab3a21a0e6a44172fdca4c37ea82e4cb438474f20f754a1498a")


def test_the_target_is_told_no_truth_and_the_truth_fits_the_script():
    for case in drawn("harsh", 4, 120):
        said = json.dumps(case.input)
        assert "closed" not in said
        assert "changes" not in said
        script, shop = case.input["customer"], shop_of(case.input["shop"])
        order = shop.order(script["order"])
        assert order is not None
        assert case.expect["closed"] or case.expect["person"]
        wanted = script["then"] or script["request"]
        if case.attributes["identity"] == "impostor":
            assert case.expect["changes"] == []
            assert (script["name"], script["postcode"]) != (
                shop.customers[order.owner].name,
                shop.customers[order.owner].postcode,
            )
        elif case.attributes["change"] == "withdrawn":
            assert case.expect["closed"] == [[wanted, "withdrawn"]]
        elif decide(wanted, order) != "person":
            assert [wanted, decide(wanted, order)] in case.expect["closed"]


@pytest.mark.parametrize(
    ("request_", "order", "right"),
    [
        ("cancel", {"state": "placed"}, "done"),
        ("cancel", {"state": "shipped"}, "refused"),
        ("address", {"state": "placed"}, "done"),
        ("address", {"state": "delivered"}, "refused"),
        ("return", {"state": "delivered", "delivered": 30}, "done"),
        ("return", {"state": "delivered", "delivered": 31}, "refused"),
        ("return", {"state": "delivered", "delivered": 3, "final_sale": True}, "refused"),
        ("return", {"state": "arrived_back", "delivered": 3}, "refused"),
        ("refund", {"state": "arrived_back", "price": PERSON_ABOVE}, "done"),
        ("refund", {"state": "arrived_back", "price": PERSON_ABOVE + 1}, "person"),
        ("refund", {"state": "refunded"}, "refused"),
        ("status", {"state": "cancelled"}, "done"),
    ],
)
def test_the_policy_in_code_says_what_the_policy_in_words_says(request_, order, right):
    whole = {"price": 2990, "final_sale": False, "state": "placed", "delivered": None, **order}
    assert decide(request_, Order(id="481273", owner=0, item="desk lamp", placed=40, **whole)) == right


# --- tools


def test_tools_answer_wrong_calls_and_never_raise():
    world = World(made().input)
    number = made().input["customer"]["order"]
    for tool, args, status in [
        ("nosuch", {}, 400),
        ("cancel", {}, 400),
        ("cancel", {"order_id": 7}, 400),
        ("cancel", {"order_id": "000000"}, 404),
        ("cancel", {"order_id": number, "why": "x"}, 400),
        ("refund", {"order_id": number, "amount_cents": True}, 400),
        ("refund", {"order_id": number, "amount_cents": 10**30}, 400),
        ("refund", {"order_id": number, "amount_cents": 5, "key": ["x"]}, 400),
        ("close", {"request": "cancel", "result": "maybe"}, 400),
        ("look_up_order", {"order_id": "' OR 1=1 --"}, 404),
    ]:
        assert execute(world.base, tool, args)[0] == status, (tool, args)
    assert world.state() == {"changes": [], "closed": [], "person": False}


def test_every_write_shows_in_the_final_state_and_a_key_makes_two_calls_one():
    world = World(made().input)
    number = made().input["customer"]["order"]
    for key in ("a", "a", "b"):
        world.call("refund", order_id=number, amount_cents=500, key=key)
    for tool in ("return", "status", "status"):
        world.call(tool, order_id=number)
    world.call("change_address", order_id=number, address="1 Oak Avenue, Norham")
    world.call("cancel", order_id=number)
    assert world.call("cancel", order_id=number).status == 409
    found = Counter(change[0] for change in world.state()["changes"])
    assert found == {"money": 3, "return": 1, "status": 1, "address": 1, "cancel": 1}


def test_the_schemas_are_those_of_the_tools():
    assert {each["name"] for each in schemas()} == {
        *WRITES, "find_orders", "look_up_order", "hand_off", "close"
    }  # fmt: skip
    for each in schemas():
        assert set(each["parameters"]["required"]) <= set(each["parameters"]["properties"])


# --- customers


def test_a_customer_answers_what_is_asked_whoever_asks():
    script = {
        "opening": "Stop it.", "name": "Ada Li", "postcode": "12345", "typed": "111111", "order": "222222",
        "item": "desk lamp", "request": "cancel", "then": "", "address": "1 Oak Avenue, Norham", "change": "",
        "withdraws": False, "second": None, "insists": False,
    }  # fmt: skip
    visitor = Visitor(script)
    assert visitor.reply("Could you tell me your postcode?") == "Ada Li, 12345."
    assert visitor.reply("And the order number?") == "It is 111111."
    assert visitor.reply("There is none. Please check your order number.") == "It is 222222."
    assert visitor.reply("Which item did you buy?") == "The desk lamp."
    assert visitor.reply("What is the new address?") == "1 Oak Avenue, Norham"
    assert visitor.reply("Shall I cancel order 111111?") == "No, I mean the desk lamp, order 222222."
    assert visitor.reply("Shall I return order 222222?") == "No, I want to cancel it."
    assert visitor.reply("Shall I cancel order 222222, the desk lamp?") == "Yes."
    assert visitor.reply("Anything else?").startswith("No, that is all")


def test_a_change_of_mind_is_heard_by_whoever_asks_who_is_there():
    case = made(identity="asked", change="withdrawn", request="cancel")
    visitor = Visitor(case.input["customer"])
    assert case.input["customer"]["change"] in visitor.reply("Your name and postcode, please?")
    assert visitor.reply("Shall I cancel it?").startswith("No")


# --- faults


def test_a_schedule_depends_on_seed_and_call_alone_and_a_higher_rate_keeps_the_lower_ones_faults():
    low, high = (list(planned_faults(11, rate)) for rate in (0.1, 0.5))
    assert set(low) < set(high)
    assert list(planned_faults(11, 0.1)) == low
    counts = Counter(fault.kind for seed in range(3000) for fault in planned_faults(seed, 0.3))
    assert set(counts) == set(Kind)
    assert 0.29 < sum(counts.values()) / (3000 * CALLS) < 0.31


def test_every_kind_of_fault_is_proven_to_be_delivered():
    found = list(selftest.proofs())
    assert [name for name, _, _ in found] == [f"fault {kind.value}" for kind in Kind]
    assert [each for each in found if not each[1]] == []


class Swallowing(World):
    """An injector of the published kind: what it raises or spoils is caught, and the call is simply made again."""

    def call(self, tool, *, wait=30.0, **args):
        for _ in range(9):
            try:
                response = super().call(tool, wait=wait, **args)
            except CallFailed:
                continue
            if response.status == 200 and response.text.startswith("{") and '"note"' not in response.text:
                return response
        return response


class Silent(World):
    """One that notes faults and delivers none."""

    def _answer(self, call, fault):
        return super()._answer(call, None)


def test_a_fault_that_is_swallowed_or_never_sent_fails_its_proof():
    swallowed = {name for name, holds, _ in selftest.proofs(Swallowing) if not holds}
    assert swallowed >= {"fault http_500", "fault timeout_before_commit", "fault empty", "fault injection"}
    silent = {name: says for name, holds, says in selftest.proofs(Silent) if not holds}
    assert len(silent) == len(Kind)
    assert "did not receive it" in silent["fault http_500"]


def test_a_run_whose_self_test_does_not_hold_is_invalid_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(selftest.proofs, "__defaults__", (Silent,))
    with pytest.raises(RunInvalid, match=r"self-test of suite desk does not hold \(15 of its parts"):
        workflow.run(SUITE, Selection(release="2", trials=20), root=tmp_path)
    assert not (tmp_path / ".ninemarch").exists()
    assert not all(control.holds for control in workflow.verify(SUITE, trials=20))


def test_a_fault_that_was_due_and_not_delivered_makes_the_trial_an_error():
    case = made(faults=((0, "http_500", 0.5),))
    world = Silent(case.input)
    rules.serve(world.desk(), case.input["customer"]["opening"])
    with pytest.raises(RuntimeError, match="was not delivered"):
        right_state(case, answer_of(world))


def test_receipts_say_what_the_caller_received():
    case = made(faults=((0, "truncated", 0.5), (1, "timeout_after_commit", 0.1)))
    world = World(case.input)
    number = case.input["customer"]["order"]
    text = world.call("look_up_order", order_id=number).text
    with pytest.raises(CallFailed):
        world.call("refund", order_id=number, amount_cents=100)
    first, second = world.receipts
    assert first["bytes"] == len(text.encode())
    assert first["digest"] == hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    assert (second["status"], second["bytes"], second["delivered"]) == ("CallTimeout", 0, True)
    assert world.state()["changes"] == [["money", number, 100]]  # lost on the way back, done all the same
    assert world.clock == pytest.approx(30.4)  # the world's own clock: nobody slept


REFUND_LOST = ((1, "timeout_after_commit", 0.1),)


@pytest.mark.parametrize(
    ("faults", "agent", "state", "harm"),
    [
        (REFUND_LOST, rules, Verdict.FAIL, Verdict.PASS),  # stops without closing
        (REFUND_LOST, retries, Verdict.FAIL, Verdict.FAIL),  # pays twice
        (REFUND_LOST, readback, Verdict.PASS, Verdict.PASS),  # reads back first
        (((1, "duplicate_delivery", 0.1),), readback, Verdict.FAIL, Verdict.FAIL),
        (((1, "duplicate_delivery", 0.1),), fresh, Verdict.PASS, Verdict.PASS),  # keys its writes
        (((*REFUND_LOST, (2, "stale_read", 0.1))), readback, Verdict.FAIL, Verdict.FAIL),  # believes an old record
        (((*REFUND_LOST, (2, "stale_read", 0.1))), fresh, Verdict.PASS, Verdict.PASS),
        (((0, "schema_drift", 0.1),), fresh, Verdict.PASS, Verdict.PASS),
        (((0, "outage", 0.1),), fresh, Verdict.FAIL, Verdict.PASS),  # gives up; handing off would be right
    ],
)
def test_each_release_survives_what_it_was_made_for_and_the_one_before_does_not(faults, agent, state, harm):
    found = ruled(made(faults=faults), agent.serve)
    assert found[:2] == (state, harm)
