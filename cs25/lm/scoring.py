"""Log-probabilities of continuations: what texts share is computed once, and nothing is padded.

A beginning that several prompts share goes through the model once and stays in the key-value cache
while they are scored; within them, longer beginnings that some of them share, and so on. What is
left of a prompt becomes a tree: a stem, with a branch for each continuation. Trees are laid one
after another into long rows; a token attends to what is in the cache, its stem and its branch, and
has the position it would have alone. Logits are computed only where they predict a scored token.

The layout is that of tree attention (Miao et al. 2023, SpecInfer, arXiv 2305.09781), used there to
verify speculated tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from tqdm.auto import tqdm

from cs25.lm.tokens import Continuation

__all__ = ["Score", "Scorer"]

#: Tokens in a row. Longer rows save little on a processor, and attention grows with their square.
ROW = 384

#: At most this many logits at once: 256 MB in float32.
MAX_LOGITS = 1 << 26

#: A pass of its own is worth it if it saves this many tokens from being computed again.
WORTH = 64

#: Kinds of attention for which a mask says all there is to say.
KNOWN_LAYERS = {"full_attention", "sliding_attention"}

#: A continuation with its place in the answer.
Asked = tuple[int, Continuation]


@dataclass(frozen=True)
class Score:
    """How likely a continuation is.

    Args:
        log_prob: logarithm of its probability given the prompt, in nats.
        n_tokens: how many tokens were scored.
        greedy: whether each of them is the likeliest of all, so that temperature 0 would give it.
    """

    log_prob: float
    n_tokens: int
    greedy: bool


@dataclass
class _Tree:
    """A stem and the branches that grow from it, as tokens behind what the cache holds.

    Args:
        stem: shared tokens, at least one: the last of them predicts where branches begin.
        branches: of each continuation its place in the answer, its tokens after the stem, and how
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
    """Scores continuations with one model.

    Args:
        network: a causal model of transformers.
    """

    def __init__(self, network: Any) -> None:
        self.network = network
        self.config = network.config.get_text_config()
        self.max_scored = max(1, MAX_LOGITS // self.config.vocab_size)
        self._agrees: bool | None = None

    @torch.inference_mode()
    def score(self, groups: Sequence[Sequence[Continuation]]) -> list[list[Score]]:
        """Score the continuations of each prompt."""
        places = count()
        indexed = [[(next(places), continuation) for continuation in group] for group in groups]
        # What adds nothing has probability one.
        scores = {i: Score(0.0, 0, True) for group in indexed for i, _ in group}
        asked = [[(i, c) for i, c in group if c.start < len(c.ids)] for group in indexed]
        asked = [group for group in asked if group]
        if asked:
            method = self._packed if self.packs else self._alone
            # The delay keeps what is quick from flickering.
            with tqdm(total=sum(map(len, asked)), desc="scoring", leave=False, delay=1) as bar:
                for i, score in method(asked):
                    scores[i] = score
                    bar.update()
        return [[scores[i] for i, _ in group] for group in indexed]

    @property
    def packs(self) -> bool:
        """Whether the model, as it is set now, gives packed texts the scores they have alone."""
        layers = set(getattr(self.config, "layer_types", None) or ())
        if self.network.config._attn_implementation != "sdpa" or not layers <= KNOWN_LAYERS:
            return False
        if self._agrees is None:
            self._agrees = self._agrees_when_packed()
        return self._agrees

    def _packed(self, groups: Sequence[Sequence[Asked]]) -> Iterator[tuple[int, Score]]:
        from transformers import DynamicCache

        # Made without the configuration, it keeps all positions in layers with a window, too. It
        # lives as long as one call: what is done to the model in between has its effect.
        yield from self._score_family(groups, DynamicCache(), 0)

    def _score_family(
        self, groups: Sequence[Sequence[Asked]], cache: Any, n_held: int
    ) -> Iterator[tuple[int, Score]]:
        """Score prompts that begin with what the cache holds; leave the cache as it was.

        Args:
            groups: continuations, prompt by prompt.
            cache: keys and values.
            n_held: how many tokens they are of.
        """
        shared = _shared((c for group in groups for _, c in group), short_of=1)
        self._extend(cache, shared[n_held:])
        n_shared = max(n_held, len(shared))
        rest = []
        for family in _families(groups, n_shared):
            if _saved(family, n_shared) > WORTH:
                yield from self._score_family(family, cache, n_shared)
            else:
                rest += family
        trees = [
            part for group in rest for part in _split(_tree(group, n_shared), ROW, self.max_scored)
        ]
        for row in _rows(trees, ROW, self.max_scored):
            if len(row) == len(row[0].branches) == 1:
                yield self._score_long(row[0], cache)
            else:
                yield from self._score_row(row, cache, n_shared)
        _crop(cache, n_shared - n_held)

    def _extend(self, cache: Any, ids: Sequence[int]) -> None:
        for first in range(0, len(ids), ROW):
            part = torch.tensor([ids[first : first + ROW]])
            self.network(input_ids=part, past_key_values=cache, logits_to_keep=1, use_cache=True)

    def _score_long(self, tree: _Tree, cache: Any) -> tuple[int, Score]:
        """Score one continuation, row after row, so that memory does not grow with its square."""
        ((place, branch, n_scored),) = tree.branches
        ids = torch.tensor([*tree.stem, *branch])
        first_scored = len(ids) - n_scored
        total = Score(0.0, 0, True)
        step = min(ROW, self.max_scored)
        for first in range(0, len(ids) - 1, step):
            part = ids[first : min(first + step, len(ids) - 1)]
            wanted = torch.arange(max(first, first_scored - 1), first + len(part))
            output = self.network(
                input_ids=part[None],
                past_key_values=cache,
                logits_to_keep=wanted - first if len(wanted) else 1,
                use_cache=True,
            )
            if len(wanted):
                ((_, found),) = _read(output.logits[0], ids[wanted + 1], [(place, len(wanted))])
                total = Score(
                    total.log_prob + found.log_prob,
                    total.n_tokens + found.n_tokens,
                    total.greedy and found.greedy,
                )
        _crop(cache, len(ids) - 1)
        return place, total

    def _score_row(
        self, row: Sequence[_Tree], cache: Any, n_held: int
    ) -> Iterator[tuple[int, Score]]:
        ids: list[int] = []
        position: list[int] = []
        tree_of: list[int] = []
        branch_of: list[int] = []  # 0 for a stem
        predictors: list[int] = []  # places in the row whose logits predict a scored token
        targets: list[int] = []
        spans: list[tuple[int, int]] = []  # place in the answer, number of scored tokens

        def lay(laid: Sequence[int], first: int, tree: int, branch: int) -> list[int]:
            places = list(range(len(ids), len(ids) + len(laid)))
            ids.extend(laid)
            position.extend(range(first, first + len(laid)))
            tree_of.extend([tree] * len(laid))
            branch_of.extend([branch] * len(laid))
            return places

        for t, tree in enumerate(row):
            stem = lay(tree.stem, n_held, t, 0)
            for b, (place, branch, n_scored) in enumerate(tree.branches, start=1):
                laid = lay(branch[:-1], n_held + len(stem), t, b)
                predictors.extend([stem[-1], *laid][-n_scored:])
                targets.extend(branch[-n_scored:])
                spans.append((place, n_scored))
        positions = torch.tensor(position)
        wanted, which = torch.unique(torch.tensor(predictors), return_inverse=True)
        output = self.network(
            input_ids=torch.tensor([ids]),
            position_ids=positions[None],
            attention_mask=self._masks(
                _sees(torch.tensor(tree_of), torch.tensor(branch_of)), positions, n_held
            ),
            past_key_values=cache,
            logits_to_keep=wanted,
            use_cache=True,
        )
        _crop(cache, len(ids))
        yield from _read(output.logits[0], torch.tensor(targets), spans, which)

    def _masks(
        self, sees: Bool[Tensor, "row row"], positions: Int[Tensor, " row"], n_held: int
    ) -> Any:
        """Return the attention mask, or one for each kind of layer, in the form the model takes."""
        all_positions = torch.cat([torch.arange(n_held), positions])
        full = torch.cat([sees.new_ones(len(sees), n_held), sees], dim=1)[None, None]
        window = getattr(self.config, "sliding_window", None)
        layers = getattr(self.config, "layer_types", None)
        # A model whose layers are told apart may name a window that none of them has.
        if window is None or (layers is not None and "sliding_attention" not in layers):
            return full
        near = (positions[:, None] - all_positions[None, :] < window)[None, None]
        if layers is None:
            return full & near
        return {"full_attention": full, "sliding_attention": full & near}

    def _alone(self, groups: Sequence[Sequence[Asked]]) -> Iterator[tuple[int, Score]]:
        """Score one text after another, for models that do not take a mask of one's own."""
        for place, continuation in (item for group in groups for item in group):
            n_scored = len(continuation.ids) - continuation.start
            output = self.network(
                input_ids=torch.tensor([continuation.ids[:-1]]), logits_to_keep=n_scored
            )
            targets = torch.tensor(continuation.ids[continuation.start :])
            yield from _read(output.logits[0], targets, [(place, n_scored)])

    def _agrees_when_packed(self) -> bool:
        some = (5, 9, 6, 8, 7)
        groups: list[list[Asked]] = [
            [(0, Continuation((*some, 6, 7, 8), 6)), (1, Continuation((*some, 6, 9, 5, 6), 6))],
            [(2, Continuation((*some, 8, 8, 5), 7))],
        ]
        alone = dict(self._alone(groups))
        try:
            packed = dict(self._packed(groups))
        except (TypeError, ValueError, AttributeError, NotImplementedError):
            return False  # no cache that can be cropped, no positions, no mask of one's own
        # Rounding in half precision moves a logit by hundredths.
        tolerance = 1e-3 if self.network.dtype == torch.float32 else 0.1
        return all(abs(packed[i].log_prob - alone[i].log_prob) < tolerance for i in alone)


def _crop(cache: Any, n_tokens: int) -> None:
    """Take the last tokens out of a cache."""
    if n_tokens:
        cache.crop(-n_tokens)


def _shared(continuations: Iterable[Continuation], *, short_of: int = 0) -> tuple[int, ...]:
    """Return the tokens before the scored ones that all begin with, ``short_of`` fewer at most."""
    common: tuple[int, ...] | None = None
    for continuation in continuations:
        usable = continuation.ids[: continuation.start - short_of]
        if common is None:
            common = usable
        else:
            same = takewhile(lambda pair: pair[0] == pair[1], zip(common, usable, strict=False))
            common = tuple(token for token, _ in same)
    return common or ()


def _families(groups: Sequence[Sequence[Asked]], n_shared: int) -> Iterable[list[Sequence[Asked]]]:
    """Return the prompts by the token that follows what all share."""
    families: dict[tuple[int, ...], list[Sequence[Asked]]] = defaultdict(list)
    for group in groups:
        stem = _shared((c for _, c in group), short_of=1)
        families[stem[n_shared : n_shared + 1]].append(group)
    return families.values()


def _saved(family: Sequence[Sequence[Asked]], n_shared: int) -> int:
    """Return how many tokens a pass for what a family shares would save."""
    stem = _shared((c for group in family for _, c in group), short_of=1)
    n_stems = sum(len(list(_split(_tree(group, n_shared), ROW, ROW))) for group in family)
    return (len(stem) - n_shared) * (n_stems - 1)


def _tree(group: Sequence[Asked], n_shared: int) -> _Tree:
    stem = _shared(c for _, c in group)
    return _Tree(
        stem[n_shared:],
        [(i, c.ids[len(stem) :], len(c.ids) - c.start) for i, c in group],
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
    logits: Float[Tensor, "predictor d_vocab"],
    targets: Int[Tensor, " scored"],
    spans: Iterable[tuple[int, int]],
    which: Int[Tensor, " scored"] | None = None,
) -> Iterator[tuple[int, Score]]:
    """Yield the score of each span of target tokens, with its place in the answer.

    Args:
        logits: of the tokens that predict others.
        targets: the scored tokens, span after span.
        spans: place in the answer and number of scored tokens.
        which: the row of logits that predicts each of them; one after another if None.
    """
    which = torch.arange(len(targets)) if which is None else which
    logits = logits.float()
    log_probs = logits[which, targets] - logits.logsumexp(dim=1)[which]
    likeliest = logits.argmax(dim=1)[which] == targets
    first = 0
    for place, n in spans:
        part = slice(first, first + n)
        total = log_probs[part].double().sum().item()
        yield place, Score(total, n, bool(likeliest[part].all()))
        first += n
