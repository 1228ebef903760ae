"""The suite ``dates``: read a date that a person typed.

Covers the generator of scenarios, their noise, the oracle audit and the ladder of releases. The engine that
runs them is not part of it.
"""
