"""Images: built on this machine, delivered to the others."""
