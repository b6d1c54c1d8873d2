"""Log-probabilities of continuations: nothing computed twice, nothing padded.

Sequences that share a beginning share its computation. What all have in common goes through the
model once and stays in the key-value cache. Then the sequences of a prompt become a tree: a stem,
which they share, and a branch for each. Trees are laid one after another into long rows; a token
attends to the common prefix, its stem and its branch, and has the position it would have alone.
Logits are computed for the branches only.

The layout is that of tree attention (Miao et al. 2023, SpecInfer, arXiv 2305.09781), used there to
verify speculated tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from cs25.lm import tokens

__all__ = ["Score", "Scorer"]

#: Tokens in a row. Longer rows save little on a processor, and attention grows with their square.
ROW = 384

#: At most this many logits at once: 256 MB in float32.
MAX_LOGITS = 1 << 26


@dataclass(frozen=True)
class Score:
    """How likely a continuation is.

    Args:
        log_prob: logarithm of its probability given the prompt, in nats.
        n_tokens: its tokens.
        greedy: whether each of them is the likeliest of all, so that temperature 0 would give it.
    """

    log_prob: float
    n_tokens: int
    greedy: bool


@dataclass
class _Tree:
    """A stem and the branches that grow from it, as tokens without the common prefix.

    Args:
        stem: shared tokens.
        branches: for each sequence: its place in the answer, its tokens after the stem, and how
            many of them, at the end, are scored.
    """

    stem: tuple[int, ...]
    branches: list[tuple[int, tuple[int, ...], int]] = field(default_factory=list)

    @property
    def n_tokens(self) -> int:
        # The last token of a branch predicts nothing that is asked for.
        return len(self.stem) + sum(len(ids) - 1 for _, ids, _ in self.branches)

    @property
    def n_scored(self) -> int:
        return sum(scored for _, _, scored in self.branches)


class Scorer:
    """Scores sequences with one model; remembers the prefix it saw last.

    Args:
        network: a causal model of transformers.
    """

    def __init__(self, network: Any) -> None:
        self.network = network
        self.max_scored = max(1, MAX_LOGITS // network.config.get_text_config().vocab_size)
        self._prefix: tuple[int, ...] = ()
        self._cache: Any = None
        self._packs: bool | None = None

    @torch.inference_mode()
    def score(self, groups: Sequence[Sequence[tokens.Continuation]]) -> list[list[Score]]:
        """Score the sequences of each prompt.

        Args:
            groups: for each prompt its sequences.
        """
        places = count()
        indexed = [[(next(places), sequence) for sequence in group] for group in groups]
        # What adds nothing has probability one.
        scores = {i: Score(0.0, 0, True) for group in indexed for i, _ in group}
        asked = [[(i, s) for i, s in group if s.start < len(s.ids)] for group in indexed]
        asked = [group for group in asked if group]
        if asked:
            if self._packs is None:
                self._packs = self._agrees_when_packed()
            method = self._packed if self._packs else self._plain
            # The delay keeps what is quick from flickering.
            with tqdm(total=sum(map(len, asked)), desc="scoring", leave=False, delay=1) as bar:
                for i, score in method(asked):
                    scores[i] = score
                    bar.update()
        return [[scores[i] for i, _ in group] for group in indexed]

    def _packed(
        self, groups: Sequence[Sequence[tuple[int, tokens.Continuation]]]
    ) -> Iterator[tuple[int, Score]]:
        prefix = _shared(sequence for group in groups for _, sequence in group)
        self._hold(prefix)
        trees = [
            part
            for group in groups
            for part in _split(_tree(group, len(prefix)), ROW, self.max_scored)
        ]
        for row in _rows(trees, ROW, self.max_scored):
            yield from self._score_row(row, len(prefix))

    def _hold(self, prefix: tuple[int, ...]) -> None:
        """Have the keys and values of a prefix in the cache."""
        from transformers import DynamicCache

        if self._cache is not None and self._prefix[: len(prefix)] == prefix:
            self._forget(len(self._prefix) - len(prefix))
        elif prefix:
            # Made without the configuration, it keeps all positions in layers with a window, too.
            self._cache = DynamicCache()
            self.network(
                input_ids=torch.tensor([prefix]),
                past_key_values=self._cache,
                logits_to_keep=1,
                use_cache=True,
            )
        else:
            self._cache = DynamicCache()
        self._prefix = prefix

    def _forget(self, n_tokens: int) -> None:
        """Take the last tokens out of the cache."""
        if n_tokens:
            self._cache.crop(-n_tokens)

    def _score_row(self, row: Sequence[_Tree], n_prefix: int) -> Iterator[tuple[int, Score]]:
        ids: list[int] = []
        position: list[int] = []
        tree_of: list[int] = []
        branch_of: list[int] = []  # 0 for a stem
        wanted: list[int] = []  # places in the row whose logits predict a scored token
        targets: list[int] = []
        spans: list[tuple[int, int]] = []  # place in the answer, number of scored tokens

        def lay(tokens_: Sequence[int], first: int, tree: int, branch: int) -> None:
            ids.extend(tokens_)
            position.extend(range(first, first + len(tokens_)))
            tree_of.extend([tree] * len(tokens_))
            branch_of.extend([branch] * len(tokens_))

        for t, tree in enumerate(row):
            lay(tree.stem, n_prefix, t, 0)
            for b, (place, branch, n_scored) in enumerate(tree.branches, start=1):
                lay(branch[:-1], n_prefix + len(tree.stem), t, b)
                wanted.extend(range(len(ids) - n_scored, len(ids)))
                targets.extend(branch[-n_scored:])
                spans.append((place, n_scored))
        positions = torch.tensor(position)
        output = self.network(
            input_ids=torch.tensor([ids]),
            position_ids=positions[None],
            attention_mask=self._masks(
                _sees(torch.tensor(tree_of), torch.tensor(branch_of)), positions, n_prefix
            ),
            past_key_values=self._cache,
            logits_to_keep=torch.tensor(wanted),
            use_cache=True,
        )
        self._forget(len(ids))
        yield from _read(output.logits[0], torch.tensor(targets), spans)

    def _masks(
        self, sees: Bool[Tensor, "row row"], positions: Int[Tensor, " row"], n_prefix: int
    ) -> Any:
        """Return the attention mask, or one for each kind of layer, in the form the model takes."""
        config = self.network.config.get_text_config()
        all_positions = torch.cat([torch.arange(n_prefix), positions])
        full = torch.cat([sees.new_ones(len(sees), n_prefix), sees], dim=1)[None, None]
        window = getattr(config, "sliding_window", None)
        if window is None:
            return full
        near = (positions[:, None] - all_positions[None, :] < window)[None, None]
        if "sliding_attention" not in (getattr(config, "layer_types", None) or ()):
            return full & near
        return {"full_attention": full, "sliding_attention": full & near}

    def _plain(
        self, groups: Sequence[Sequence[tuple[int, tokens.Continuation]]]
    ) -> Iterator[tuple[int, Score]]:
        """Score one sequence after another, for models that do not take a mask of their own."""
        for place, sequence in (item for group in groups for item in group):
            n_scored = len(sequence.ids) - sequence.start
            output = self.network(
                input_ids=torch.tensor([sequence.ids[:-1]]), logits_to_keep=n_scored
            )
            targets = torch.tensor(sequence.ids[sequence.start :])
            yield from _read(output.logits[0], targets, [(place, n_scored)])

    def _agrees_when_packed(self) -> bool:
        """Whether the model gives packed sequences the scores that they have alone."""
        some = [5, 9, 6, 8, 7]
        groups = [
            [
                (0, tokens.Continuation((*some, 6, 7, 8), 6)),
                (1, tokens.Continuation((*some, 6, 9, 5, 6), 6)),
            ],
            [(2, tokens.Continuation((*some, 8, 8, 5), 7))],
        ]
        alone = dict(self._plain(groups))
        try:
            packed = dict(self._packed(groups))
        except (
            TypeError,
            ValueError,
            RuntimeError,
            AttributeError,
            IndexError,
            NotImplementedError,
        ):
            return False  # no cache that can be cropped, no positions, no mask of one's own
        # Rounding in half precision moves a logit by hundredths.
        exact = self.network.dtype == torch.float32
        tolerance = 1e-3 if exact else 0.1
        return all(abs(packed[i].log_prob - alone[i].log_prob) < tolerance for i in alone)


def _shared(sequences: Iterable[tokens.Continuation]) -> tuple[int, ...]:
    """Return the tokens that all sequences begin with, short of what predicts a scored one."""
    common: tuple[int, ...] | None = None
    for sequence in sequences:
        usable = sequence.ids[: sequence.start - 1]
        if common is None:
            common = usable
        else:
            same = takewhile(lambda pair: pair[0] == pair[1], zip(common, usable, strict=False))
            common = tuple(token for token, _ in same)
    return common or ()


def _tree(group: Sequence[tuple[int, tokens.Continuation]], n_prefix: int) -> _Tree:
    stem = _shared(sequence for _, sequence in group)
    return _Tree(
        stem[n_prefix:],
        [(i, s.ids[len(stem) :], len(s.ids) - s.start) for i, s in group],
    )


def _split(tree: _Tree, n_tokens: int, n_scored: int) -> Iterator[_Tree]:
    """Yield a tree in parts that fit into a row, as far as branches allow; each has the stem."""
    part = _Tree(tree.stem)
    for branch in tree.branches:
        grown = _Tree(tree.stem, [*part.branches, branch])
        if part.branches and (grown.n_tokens > n_tokens or grown.n_scored > n_scored):
            yield part
            grown = _Tree(tree.stem, [branch])
        part = grown
    yield part


def _rows(trees: Sequence[_Tree], n_tokens: int, n_scored: int) -> Iterator[list[_Tree]]:
    row: list[_Tree] = []
    for tree in trees:
        if row and (
            sum(t.n_tokens for t in row) + tree.n_tokens > n_tokens
            or sum(t.n_scored for t in row) + tree.n_scored > n_scored
        ):
            yield row
            row = []
        row.append(tree)
    if row:
        yield row


def _sees(tree: Int[Tensor, " row"], branch: Int[Tensor, " row"]) -> Bool[Tensor, "row row"]:
    """Return which token of a row (first axis) may look at which (second axis)."""
    same_tree = tree[:, None] == tree[None, :]
    on_the_way = (branch[None, :] == 0) | (branch[:, None] == branch[None, :])
    return (same_tree & on_the_way).tril()


def _read(
    logits: Float[Tensor, "scored d_vocab"],
    targets: Int[Tensor, " scored"],
    spans: Iterable[tuple[int, int]],
) -> Iterator[tuple[int, Score]]:
    """Yield the score of each span of target tokens, with its place in the answer."""
    logits = logits.float()
    log_probs = logits.gather(1, targets[:, None])[:, 0] - logits.logsumexp(dim=1)
    likeliest = logits.argmax(dim=1) == targets
    first = 0
    for place, n in spans:
        part = slice(first, first + n)
        total = log_probs[part].double().sum().item()
        yield place, Score(total, n, bool(likeliest[part].all()))
        first += n
