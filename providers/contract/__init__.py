"""What every provider promises: types, errors, retry policy and the `Provider` protocol."""
