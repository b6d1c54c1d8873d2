"""The weights of a decoder that runs a Turing machine, written down from the machine's table.

Nothing is trained. At position i, from 1, the residual stream holds what the token says (state,
symbol written, move) and (1, i, 1/i). Three layers find out what comes next:

1. Where is the head? The attention averages all moves so far, its scores all being equal; the MLP
   multiplies by i: head = i * mean(moves). What this token wrote is in the cell head - move.
2. The MLP squares both. There is nothing to ask: this layer has no attention.
3. What is there? The token in whose cell the head is now, and of those the latest: of all tokens
   j up to i, the one with the highest score -(head_i - cell_j)^2 + j / 2i. The MLP multiplies
   state by symbol, which is 1 for one entry of the table and else 0, and names the next token.

The score is the product of a query (2 head, -1, -head^2, 1/2i) with a key (cell, cell^2, 1, j).
Cells differ by whole numbers and j / 2i is at most 1/2, so the right cell always wins. `start`
stands in for what was never written to: it holds a blank, and its score is -1/4, below that of any
token in the right cell (0 or more) and above that of any other (-1/2 or less).

Only the last MLP and the embeddings know the machine; the attention is the same for all.

Source: Pérez et al. 2021 (JMLR 22(75)), for the plan: add up the moves, look up who was there
last, consult the table. Scores, MLPs and the use of `start` are other ones.
"""

from __future__ import annotations

import numpy as np

from cs25_intro.turing.decoder import MLP, Decoder, Head, Layer
from cs25_intro.turing.machine import Machine
from cs25_intro.turing.stream import Row, Stream
from cs25_intro.turing.vocabulary import START, Token, Vocabulary

__all__ = ["hand_built", "noise"]

#: The cell of a token's symbol: the head has moved on since.
CELL: Row = {"head": 1, "move": -1}


def hand_built(machine: Machine) -> Decoder:
    """Return a decoder whose greedy choice of tokens is the machine's run."""
    tokens = Vocabulary.of(machine).tokens
    symbols = range(len(machine.symbols))
    stream = Stream([
        "one", "i", "1/i",
        "start", "move", *(f"state {q}" for q in machine.states), *(f"wrote {a}" for a in symbols),
        "mean move", "head", "head^2", "cell^2",
        *(f"read {a}" for a in symbols), *(f"next {token}" for token in range(len(tokens))),
    ])  # fmt: skip
    return Decoder(
        embedding=stream.reads(*(_features(token, machine) for token in tokens)),
        position=stream.writes({"one": 1}, {"i": 1}, {"1/i": 1}),
        layers=(
            _where_the_head_is(stream),
            _squares(stream),
            Layer(_who_was_there_last(stream, symbols), _table(stream, machine)),
        ),
        unembedding=stream.reads(*({f"next {token}": 1} for token in range(len(tokens)))),
    )


def _features(token: Token, machine: Machine) -> Row:
    features = {"start": token == START, "move": token.move, f"wrote {token.symbol}": 1}
    if token.state in machine.states:  # a state that halts is never asked about
        features[f"state {token.state}"] = 1
    return features


def _where_the_head_is(stream: Stream) -> Layer:
    nothing = stream.reads({})
    average = Head(
        query=nothing,
        key=nothing,
        value=stream.reads({"move": 1}),
        out=stream.writes({"mean move": 1}),
    )
    multiply = MLP(
        gate=stream.reads({"mean move": 1}),
        up=stream.reads({"i": 1}),
        down=stream.writes({"head": 1}),
    )
    return Layer(average, multiply)


def _squares(stream: Stream) -> Layer:
    both = stream.reads({"head": 1}, CELL)
    square = MLP(gate=both, up=both, down=stream.writes({"head^2": 1}, {"cell^2": 1}))
    return Layer(None, square)


def _who_was_there_last(stream: Stream, symbols: range) -> Head:
    terms: tuple[tuple[Row, Row], ...] = (
        ({"head": 2}, CELL),
        ({"one": -1}, {"cell^2": 1}),
        ({"head^2": -1}, {"one": 1, "start": -1}),
        ({"1/i": 1 / 2}, {"i": 1, "start": -1}),
        ({"one": -1 / 4}, {"start": 1}),
    )
    queries, keys = zip(*terms, strict=True)
    return Head(
        query=stream.reads(*queries),
        key=stream.reads(*keys),
        value=stream.reads(*({f"wrote {a}": 1} for a in symbols)),
        out=stream.writes(*({f"read {a}": 1} for a in symbols)),
    )


def _table(stream: Stream, machine: Machine) -> MLP:
    following = Vocabulary.of(machine).encode(machine.table.values())
    return MLP(
        gate=stream.reads(*({f"state {state}": 1} for state, _ in machine.table)),
        up=stream.reads(*({f"read {symbol}": 1} for _, symbol in machine.table)),
        down=stream.writes(*({f"next {token}": 1} for token in following)),
    )


def noise(decoder: Decoder, *, draw: np.random.Generator) -> Decoder:
    """Return a decoder of the same shape with random weights.

    Args:
        decoder: gives shape and scale: each matrix becomes normal numbers with its own root mean
            square.
        draw: draws them.
    """

    def like(matrix: np.ndarray) -> np.ndarray:
        return draw.normal(scale=np.sqrt(np.mean(np.square(matrix))), size=matrix.shape)

    def head(old: Head) -> Head:
        return Head(like(old.query), like(old.key), like(old.value), like(old.out))

    def mlp(old: MLP) -> MLP:
        return MLP(like(old.gate), like(old.up), like(old.down))

    return Decoder(
        like(decoder.embedding),
        like(decoder.position),
        tuple(Layer(layer.head and head(layer.head), mlp(layer.mlp)) for layer in decoder.layers),
        like(decoder.unembedding),
    )
