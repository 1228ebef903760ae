"""The suite ``llm_json``: the JSON object that a schema asks for, out of a language model's raw answer.

Covers the generator of scenarios and the ladder of releases. The suite file, the README and the canonical
scenarios lie beside this package.
"""
