"""What the emulated REST APIs share: requests, answers, refusals, faults, records."""
