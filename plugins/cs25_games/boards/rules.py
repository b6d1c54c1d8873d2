"""Games in which two players claim the cells of a board in turn, on boards of 63 bits.

A set of cells is one whole number. The cell in column c and row r, counted from the lower left, is
bit c (rows + 1) + r. The spare row on top stays empty, so what is shifted over an edge falls on no
cell and no line runs around it. A move is the set of the one cell that it claims.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from cs25_games.boards.compiled import compiled

__all__ = [
    "CONNECT_FOUR",
    "TIC_TAC_TOE",
    "Cells",
    "Game",
    "Position",
    "after",
    "cell",
    "has_won",
    "hex_game",
    "legal_moves",
    "line_game",
    "start",
]

#: A set of cells; not negative, so that machine code and Python mean the same by it.
Cells: TypeAlias = int


class Game(NamedTuple):
    """The rules, as numbers.

    Args:
        columns: of the board.
        rows: of the board; columns times rows + 1 is at most 63.
        in_a_row: as many in a straight line win. 0 is hex: the first player joins the left edge
            to the right one, the second the lower edge to the upper one.
        drops: a stone falls to the lowest free cell of its column.
        cells: all of them.
        bottom: those of the lowest row.
        edges: left, right, lower and upper.
    """

    columns: int
    rows: int
    in_a_row: int
    drops: bool
    cells: Cells
    bottom: Cells
    edges: tuple[Cells, Cells, Cells, Cells]


class Position(NamedTuple):
    """What is on the board.

    Args:
        mine: cells of the player to move.
        theirs: cells of the other.
        player: who is to move: 0, the first, or 1.
    """

    mine: Cells
    theirs: Cells
    player: int


def line_game(columns: int, rows: int, in_a_row: int, *, drops: bool = False) -> Game:
    """Return the game of so many in a straight line.

    Raises:
        ValueError: the board has more than 63 bits.
    """
    return _game(columns, rows, in_a_row, drops)


def hex_game(size: int) -> Game:
    """Return hex on a rhombus of ``size`` by ``size`` cells, without the swap of colours.

    Raises:
        ValueError: the board has more than 63 bits.
    """
    return _game(size, size, 0, False)


def _game(columns: int, rows: int, in_a_row: int, drops: bool) -> Game:
    if columns < 1 or rows < 1 or columns * (rows + 1) > 63:
        raise ValueError(
            f"board of {columns} columns and {rows} rows: expected one or more of each, "
            "and columns · (rows + 1) at most 63"
        )

    def line(cells: list[tuple[int, int]]) -> Cells:
        return sum(1 << (column * (rows + 1) + row) for column, row in cells)

    left, right = ([(column, row) for row in range(rows)] for column in (0, columns - 1))
    lower, upper = ([(column, row) for column in range(columns)] for row in (0, rows - 1))
    everywhere = [(column, row) for column in range(columns) for row in range(rows)]
    edges = (line(left), line(right), line(lower), line(upper))
    return Game(columns, rows, in_a_row, drops, line(everywhere), line(lower), edges)


TIC_TAC_TOE = line_game(3, 3, 3)
CONNECT_FOUR = line_game(7, 6, 4, drops=True)


@compiled
def start() -> Position:
    """Return the empty board, with the first player to move."""
    return Position(0, 0, 0)


@compiled
def cell(game: Game, column: int, row: int) -> Cells:
    """Return the set of one cell."""
    return 1 << (column * (game.rows + 1) + row)


@compiled
def legal_moves(game: Game, position: Position) -> Cells:
    """Return the cells that may be claimed, if the game goes on; none if the board is full."""
    occupied = position.mine | position.theirs
    if game.drops:
        return (occupied + game.bottom) & game.cells & ~occupied
    return game.cells & ~occupied


@compiled
def after(position: Position, move: Cells) -> Position:
    """Return the position behind a move, as the other player sees it."""
    return Position(position.theirs, position.mine | move, 1 - position.player)


@compiled
def has_won(game: Game, position: Position) -> bool:
    """Whether the player who has just moved has won."""
    if game.in_a_row == 0:
        return _joins_edges(game, position.theirs, 1 - position.player)
    return _has_line(game, position.theirs)


@compiled
def _has_line(game: Game, stones: Cells) -> bool:
    beside = game.rows + 1
    for step in (1, beside - 1, beside, beside + 1):
        line = stones
        for _ in range(game.in_a_row - 1):
            line &= line >> step
        if line:
            return True
    return False


@compiled
def _joins_edges(game: Game, stones: Cells, player: int) -> bool:
    beside = game.rows + 1
    left, right, lower, upper = game.edges
    joined, goal = (lower, upper) if player else (left, right)
    joined &= stones
    while True:
        neighbours = (joined << 1) | (joined >> 1) | (joined << beside) | (joined >> beside)
        neighbours |= (joined << (beside - 1)) | (joined >> (beside - 1))
        grown = joined | (neighbours & stones)
        if grown & goal:
            return True
        if grown == joined:
            return False
        joined = grown
