"""From failures to the few fixes that buy the next nine: what is found here is never a rate.

Covers pure work on recorded or given failures; whoever runs targets hands in a function. A mined number becomes
evidence only when fresh trials confirm it.
"""
