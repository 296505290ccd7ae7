"""Compute Engine's REST API, version 1, in front of the sandbox's machines."""
