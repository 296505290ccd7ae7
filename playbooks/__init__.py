"""Playbooks: YAML that makes a bare machine what Longshore needs, read as package data."""
