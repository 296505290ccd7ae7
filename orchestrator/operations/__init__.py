"""One module per kind of operation: data that describes itself and can be applied."""
