"""Names, goods and sentences of the shop's customers.

Covers the words only; who says what is decided in ``generator`` and ``customer``. All of it was written by hand for
this suite; no person, address or shop is real.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FIRST", "GOODS", "LAST", "MISLEADING", "ODD", "PLAIN", "SPELT", "STREETS", "TOWNS", "VERBS"]

FIRST = (
    "Ada", "Amir", "Bea", "Chen", "Dina", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jara", "Kofi", "Lena", "Mina",
    "Nils", "Olga", "Pia", "Quim", "Rosa", "Sami", "Tara", "Uwe", "Vera", "Wim", "Yuki", "Zoe",
)  # fmt: skip
LAST = (
    "Abel", "Brandt", "Castro", "Diallo", "Eriksen", "Fontaine", "Garcia", "Haddad", "Ito", "Jansen", "Kovacs",
    "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Rossi", "Silva", "Tanaka", "Vogel", "Weber", "Yilmaz",
)  # fmt: skip
STREETS = ("Mill Lane", "Harbour Street", "Oak Avenue", "Station Road", "Chapel Hill", "River Walk", "Park Row")
TOWNS = ("Eastbridge", "Norham", "Westerby", "Suthwick", "Lanford", "Kilmore")
# name: least and greatest price in cents
GOODS: Mapping[str, tuple[int, int]] = {
    "blue kettle": (2490, 5990),
    "desk lamp": (1990, 7990),
    "walking boots": (6900, 18900),
    "rain jacket": (4990, 15900),
    "chess set": (1490, 8900),
    "garden chair": (3990, 11900),
    "coffee grinder": (3490, 13900),
    "sewing machine": (14900, 44900),
    "guitar": (11900, 48900),
    "telescope": (15900, 59900),
    "wool blanket": (2990, 9900),
    "bread knife": (1290, 5490),
}
VERBS: Mapping[str, str] = {
    "cancel": "cancel",
    "return": "return",
    "refund": "get a refund for",
    "address": "change the delivery address of",
    "status": "hear the status of",
}
PLAIN: Mapping[str, tuple[str, ...]] = {
    "cancel": ("I want to cancel {it}.", "Please cancel {it}.", "Could you cancel {it} for me?"),
    "return": ("I would like to return {it}.", "How do I return {it}?", "I want to make a return: {it}."),
    "refund": ("I am still waiting for the refund for {it}.", "Please refund {it}.", "I need a refund for {it}."),
    "address": (
        "Please change the delivery address of {it}.",
        "The address on {it} is wrong, I need another one.",
        "I need to change the address for {it}.",
    ),
    "status": ("What is the status of {it}?", "Where is {it}?", "Can you tell me the status of {it}?"),
}
ODD: Mapping[str, tuple[str, ...]] = {
    "cancel": (
        "Stop {it} before it leaves the house, would you.",
        "Call off {it}, we found one in the attic.",
        "I have changed my plans and {it} needs to not happen.",
        "Scrap {it} please, bought it twice by accident.",
    ),
    "return": (
        "I'd like to send {it} back to you.",
        "It does not suit me, so {it} is coming home to you: what label do I use?",
        "{it} can go back where it came from.",
        "How do I get {it} off my hands and into yours again?",
    ),
    "refund": (
        "You have had {it} back for ages, where's my money?",
        "I sent {it} back and have not been paid.",
        "My bank shows nothing from you for {it}, and you got the parcel.",
        "When do I see the cash for {it}?",
    ),
    "address": (
        "We have moved house, {it} must not go to the old place.",
        "Could {it} go to my sister instead?",
        "{it} should be delivered somewhere else.",
        "Reroute {it} for me, please.",
    ),
    "status": (
        "Any sign of {it}?",
        "Has {it} left yet?",
        "I have been looking out of the window for {it} all week.",
        "How far along is {it}?",
    ),
}
# Words of one request in a sentence that asks for another.
MISLEADING: Mapping[str, tuple[str, ...]] = {
    "cancel": (
        "I would have to return {it} anyway, so please do not ship it at all.",
        "Before I have to ask for a refund: stop {it} now.",
        "Never mind the status of {it}, just cancel it.",
    ),
    "return": (
        "It is too late to cancel {it}, so it has to come back to you.",
        "I hear one cannot cancel a delivered thing; then I return {it}.",
        "I do not want a refund talk, I want to send {it} back first.",
    ),
    "refund": (
        "The return of {it} reached you last week, now I want my money.",
        "I do not want to return anything more, only be paid for {it}.",
        "What is the status of the money for {it}? Please refund it.",
    ),
    "address": (
        "Do not cancel {it}, just send it to another address.",
        "I do not want a refund for {it}, only that it goes to our new home.",
        "Instead of a return later, deliver {it} to my new place.",
    ),
    "status": (
        "I do not want to cancel {it}, I only wonder where it is.",
        "No refund, no return: I just want to know where {it} is.",
        "Did my change of address hold up {it}? Where is it now?",
    ),
}
# How the words of a request are misspelt.
SPELT: Mapping[str, tuple[str, ...]] = {
    "cancel": ("cancle", "cansel", "cancell"),
    "return": ("retrun", "retunr", "reutrn"),
    "refund": ("refudn", "reffund", "re-fund"),
    "address": ("adress", "addres", "adresse"),
    "status": ("staus", "satus", "stauts"),
    "Where": ("Wehre", "Were", "Wher"),
}
