"""What Longshore remembers between runs: machines, releases, journal, pending requests.

The cloud's tags are the truth; everything here except pending create requests can be
deleted and is found again.
"""
