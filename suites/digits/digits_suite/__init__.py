"""Read a handwritten digit under any light and weather: real images, a declared design domain, six releases.

Covers the images and their split (``data``), the disturbances (``rendering``), the scenarios (``generator``) and
the systems under test (``releases``). Does not cover running or judging them: that is the engine's job.
"""
