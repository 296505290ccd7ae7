"""A machine's Docker Engine, reached through the SSH connection that is already open."""
