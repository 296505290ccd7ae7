"""Reading what exists, and deciding what to do: the first reads, the second is pure."""
