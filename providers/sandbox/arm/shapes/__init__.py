"""What documents may look like: the emulator's own tables of ARM's models."""
