"""Requests over a network: one HTTP client for targets and judges, and the meter of what a trial's calls take.

``open_chat`` gives a chat model as an async callable, ``ask`` the answers to many conversations at once for code that
is not asynchronous. aiohttp, the extra ``ninemarch[http]``, is imported only when something is opened.
"""

from ninemarch.net.chat import Chat, ChatSpec, Reply, ToolCall, ask, open_chat
from ninemarch.net.meter import Meter, measure, meter

__all__ = ["Chat", "ChatSpec", "Meter", "Reply", "ToolCall", "ask", "measure", "meter", "open_chat"]
