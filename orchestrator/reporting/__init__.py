"""What a run tells the world: event types, and one renderer per audience.

Importing this package imports nothing else; renderers are imported when one is chosen.
"""
