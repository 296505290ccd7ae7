"""Azure Resource Manager as far as virtual machines go, each of them a real machine.

Nothing here needs an Azure SDK, and nothing here knows an adapter.
"""
