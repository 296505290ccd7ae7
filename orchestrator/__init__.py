"""Longshore's engine: from a project file to running containers. It names no cloud."""

__version__ = "0.1.0"
