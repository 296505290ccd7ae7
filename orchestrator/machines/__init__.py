"""Machines: SSH connections with verified host keys, boot data, facts and playbooks.

Importing this package imports neither paramiko nor cryptography; `connection.py` does.
"""
