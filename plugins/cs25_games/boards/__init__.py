"""Tic-tac-toe, connect four and hex: rules, random play, perfect play.

The rules are numbers (`rules.Game`), positions are numbers, and everything that walks through
games is compiled, so that a random game of connect four takes less than a microsecond. A compiled
function can be called from Python, but a call costs some microseconds: put the loops inside.

A match of two searches (`cs25_games.mcts`), of 64 and 8 simulations a move, from 10 openings
behind 4 random moves, each played with both colours. All that is random comes from the stream, and
the tree is room for the longer search, used again and again:

>>> from cs25_games.boards.rules import CONNECT_FOUR
>>> from cs25_games.boards.streams import new_stream
>>> from cs25_games.mcts.match import Searcher, draw_openings, play
>>> from cs25_games.mcts.tree import new_tree
>>> stream, tree = new_stream(0), new_tree(64)
>>> strong, weak = Searcher(64), Searcher(8)
>>> score = 0  # of the strong one: 1 a win, 0 a draw, -1 a loss
>>> for opening in draw_openings(CONNECT_FOUR, 10, 4, stream):
...     score += play(CONNECT_FOUR, opening, strong, weak, tree, stream)
...     score -= play(CONNECT_FOUR, opening, weak, strong, tree, stream)
>>> score > 10
True

Compiled code of one's own is made of the same parts (`compiled`, `legal_moves`, `after`,
`has_won`, `playout`). A search that a network guides shares `cs25_games.mcts.tree`: add a node for
each move of a leaf, choose children by another bound than `best_bound`, and give `back_up` the
network's value instead of a playout's result.
"""
