"""Add two numbers: a real language model behind llama.cpp's own server, in six releases.

Covers the scenarios (``generator``), the server (``server``, ``serve``) and the target that talks to it
(``releases``). The models themselves lie beside this package, in ``models/``.
"""
