"""The clouds on this machine: emulated APIs in front of real machines."""
