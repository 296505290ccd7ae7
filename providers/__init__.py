"""Adapters: one package per cloud, all behind `providers.contract`."""
