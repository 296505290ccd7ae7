"""moto's EC2 with real machines behind it and the strictness that it lacks.

Only the modules of this package import moto, and only the server process imports them.
"""
