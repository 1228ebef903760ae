"""The suite ``desk``: a shop's help desk with a real database, customers by script, and faults proven to arrive.

Covers the shop, its tools, the customers, the faults, the policy and the six agents. The suite file, the README, the
policy in words and the canonical scenarios lie beside this package.
"""
