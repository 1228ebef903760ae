"""The ladder of releases, one file each; every one is a complete ``read`` that a program could ship.

Releases 1 to 4 are what people do first: the standard library, a regular expression, more of them, a library.
Releases 5 to 7 were written for this suite by mining failures on development seeds.
"""
