"""The card of `mcts`."""
