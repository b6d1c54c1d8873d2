"""The card of `test-time-compute`."""
