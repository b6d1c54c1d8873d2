"""Tic-tac-toe, connect four and hex: rules, random play, perfect play.

The rules are numbers (`rules.Game`), positions are numbers, and everything that walks through
games is compiled, so that a random game of connect four takes less than a microsecond. A compiled
function can be called from Python, but a call costs some microseconds: put the loops inside.

A match of two searches (`cs25_games.mcts`), of 64 and 16 simulations a move, from 100 openings
behind 4 random moves, each played with both colours:

    stream = new_stream(seed)                # whatever is random comes from here
    tree = new_tree(64)                      # room for the longer search, used again and again
    strong, weak = Searcher(64), Searcher(16)
    score = 0                                # of the strong one: 1 a win, 0 a draw, -1 a loss
    for opening in draw_openings(CONNECT_FOUR, 100, 4, stream):
        score += play(CONNECT_FOUR, opening, strong, weak, tree, stream)
        score -= play(CONNECT_FOUR, opening, weak, strong, tree, stream)

Compiled code of one's own is made of the same parts (`compiled`, `legal_moves`, `after`,
`has_won`, `playout`). A search that a network guides shares `cs25_games.mcts.tree`: add a node for
each move of a leaf, choose children by another bound than `best_bound`, and give `back_up` the
network's value instead of a playout's result.
"""
