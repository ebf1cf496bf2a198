"""Learn the small net that reads a message from end to end: gradient descent over whole messages (JAX on the processor).

It is told which things a message asks for, and of some messages in which sentences; where not, the loudest sentence answers
for the message (multiple instances).
One thread and one set of instructions (on x86-64), and every draw from one seed, so that a repeat gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_max_isa=AVX2 --xla_cpu_multi_thread_eigen=false"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from jax.example_libraries.optimizers import adam
from scipy import sparse

from banken.judge.reader.weights import HIDDEN, WIDTH

EPOCHS = 20
"""Over eight groups of texts nothing was learned from, F1 is .25 points higher than with 12, in mails .35: hardly more than chance."""
LAST = 5
"""Epochs in which the steps grow small."""
RATE, SHRINK = 3e-3, 0.4
BATCH = 32
SENTENCES = 80
"""So many sentences of a message are learned from."""
ROWS_DROPPED = 0.6
"""Up to this share of the rows of a batch is left out at random, so that no single word is relied on; .45 with 8 epochs lost .4 points of
F1, .8 with 16 lost .3."""
NUMBERS_DROPPED = 0.25
CUT_SHORT = 0.3
"""So often one to three neighbouring sentences stand for an innocent message: everyday talk is short."""
SOFT = 2.0
"""How much the loudest sentence outweighs the others while learning."""
ECHO = 0.1
"""What it costs to hear an ask in other sentences than the loudest. Without it one quotation in fifteen lay beside the ask, with it
one in forty; F1 is the same."""
ASTRAY = 1.0
"""What it costs to hear an ask in a sentence of which is known that it does not ask; at .3 F1 of the watched is .4 points lower."""
AVERAGED, EVERY = 0.97, 20
"""The net is the running average of itself, over every so many steps."""
_OUT = -30.0

Params = dict[str, Any]


class Batch(NamedTuple):
    """Some messages as arrays of a few fixed shapes."""

    rows: np.ndarray
    sentence: np.ndarray
    weights: np.ndarray
    places: np.ndarray
    """Message by position: the number of a sentence."""
    there: np.ndarray
    clear: np.ndarray
    """Message by position: 1 for a sentence of which is known that it does not ask."""
    asked: np.ndarray


@dataclass(frozen=True)
class Messages:
    """The sentences of messages: a row each, weighed and of length one; message `m` has `starts[m]:starts[m + 1]`."""

    sentences: sparse.csr_matrix
    starts: np.ndarray
    clear: np.ndarray
    """Of which sentences is known that they do not ask, though their message does."""
    asked: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        return np.minimum(np.diff(self.starts), SENTENCES)


def fresh(rows: int, categories: int, chance: np.random.Generator) -> Params:
    """Return a net that knows nothing."""

    def about(*shape: int, by: float) -> jax.Array:
        return jnp.asarray(chance.uniform(-by, by, shape), jnp.float32)

    inner = WIDTH**-0.5
    outer = (4 * WIDTH) ** -0.5
    return {
        "words": jnp.asarray(chance.normal(0, 0.3, (rows, WIDTH)), jnp.float32),
        "hear": about(WIDTH, 6 * WIDTH, by=inner),
        "hear_bias": about(6 * WIDTH, by=inner),
        "keep": about(2, WIDTH, 3 * WIDTH, by=inner),
        "keep_bias": about(2, 3 * WIDTH, by=inner),
        "think": about(4 * WIDTH, HIDDEN, by=outer),
        "think_bias": about(HIDDEN, by=outer),
        "say": about(HIDDEN, categories, by=HIDDEN**-0.5),
        "say_bias": about(categories, by=HIDDEN**-0.5),
    }


def _remember(heard: jax.Array, there: jax.Array, keep: jax.Array, bias: jax.Array) -> jax.Array:
    """Return what a gated recurrent unit remembers at each position (Cho et al. 2014, with the bias inside the reset)."""

    def step(state: jax.Array, now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        told, here = now
        kept = state @ keep + bias
        reset, update = jnp.split(jax.nn.sigmoid(told[:, : 2 * WIDTH] + kept[:, : 2 * WIDTH]), 2, 1)
        new = jnp.tanh(told[:, 2 * WIDTH :] + reset * kept[:, 2 * WIDTH :])
        state = jnp.where(here[:, None], (1 - update) * new + update * state, state)
        return state, state

    start = jnp.zeros((heard.shape[0], WIDTH), jnp.float32)
    return jnp.swapaxes(jax.lax.scan(step, start, (jnp.swapaxes(heard, 0, 1), there.T))[1], 0, 1)


def values(params: Params, batch: Batch, key: jax.Array | None = None) -> jax.Array:
    """Return how much each sentence asks: message, position, category; with `key` some numbers are dropped."""
    words = params["words"][batch.rows] * batch.weights[:, None]
    count = batch.places.size + 1
    summed = jax.ops.segment_sum(words, batch.sentence, num_segments=count, indices_are_sorted=True)
    sentences = jnp.tanh(summed)[batch.places]
    keys = jax.random.split(key, 2) if key is not None else (None, None)
    dropped = _drop(sentences, keys[0])
    heard = dropped @ params["hear"] + params["hear_bias"]
    there = batch.there
    forth = _remember(heard[..., : 3 * WIDTH], there, params["keep"][0], params["keep_bias"][0])
    back = _remember(heard[:, ::-1, 3 * WIDTH :], there[:, ::-1], params["keep"][1], params["keep_bias"][1])[:, ::-1]
    whole = jnp.max(jnp.where(there[..., None], dropped, -2.0), 1, keepdims=True)
    looked = jnp.concatenate([dropped, forth, back, jnp.broadcast_to(whole, dropped.shape)], -1)
    thought = jax.nn.relu(_drop(looked, keys[1]) @ params["think"] + params["think_bias"])
    said = thought @ params["say"] + params["say_bias"]
    return jnp.where(there[..., None], said, _OUT)


def _drop(numbers: jax.Array, key: jax.Array | None) -> jax.Array:
    if key is None:
        return numbers
    return numbers * jax.random.bernoulli(key, 1 - NUMBERS_DROPPED, numbers.shape) / (1 - NUMBERS_DROPPED)


def _loudest(said: jax.Array) -> jax.Array:
    return jax.nn.logsumexp(said * SOFT, 1) / SOFT


def _loss(params: Params, batch: Batch, key: jax.Array) -> jax.Array:
    said, asked, clear = values(params, batch, key), batch.asked, batch.clear[..., None]
    may_ask = jnp.where(clear > 0, _OUT, said)
    loud = jnp.where(asked > 0, _loudest(may_ask), _loudest(said))
    answers = jax.lax.stop_gradient(jax.nn.softmax(may_ask * SOFT, 1))
    beside = jnp.sum(jax.nn.softplus(said) * (ECHO * (1 - answers) * (1 - clear) + ASTRAY * clear), 1)
    return jnp.mean(jax.nn.softplus(loud) - asked * loud + asked * beside)


_start, _, _params = adam(RATE)


@jax.jit
def _step(count: jax.Array, state: Any, batch: Batch, key: jax.Array, rate: jax.Array) -> Any:
    _, update, _ = adam(rate)
    return update(count, jax.grad(_loss)(_params(state), batch, key), state)


@jax.jit
def _average(average: Params, params: Params, share: jax.Array) -> Params:
    return jax.tree.map(lambda old, new: old * share + new * (1 - share), average, params)


def learn(messages: Messages, chosen: np.ndarray) -> Params:
    """Return the net that the messages numbered `chosen` teach."""
    chance = np.random.default_rng(20261127)
    average = fresh(messages.sentences.shape[1], messages.asked.shape[1], chance)
    state, key, count = _start(average), jax.random.key(7), 0
    chosen = chosen[messages.sizes[chosen] > 0]
    for epoch in range(EPOCHS):
        rate = RATE * SHRINK ** max(0, epoch - (EPOCHS - LAST) + 1)
        for some in _dealt(chosen, messages.sizes, chance):
            batch = _batch(messages, some, chance)
            state = _step(count, state, batch, jax.random.fold_in(key, count), rate)
            count += 1
            if count % EVERY == 0:
                average = _average(average, _params(state), min(AVERAGED, 1 - 1 / (1 + count / EVERY)))
    return {name: np.asarray(value) for name, value in average.items()}


def _dealt(chosen: np.ndarray, sizes: np.ndarray, chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield all of `chosen` in batches of messages of like size."""
    shuffled = chance.permutation(chosen)
    for start in range(0, len(shuffled), 128 * BATCH):
        part = shuffled[start : start + 128 * BATCH]
        part = part[np.argsort(sizes[part], kind="stable")]
        batches = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
        yield from (batches[at] for at in chance.permutation(len(batches)))


def _batch(messages: Messages, some: Sequence[int] | np.ndarray, chance: np.random.Generator | None = None) -> Batch:
    """Return messages as arrays; with `chance` rows are dropped, and innocent messages cut to a few sentences."""
    spans = [_span(messages, one, chance) for one in some]
    sizes = np.array([last - first for first, last in spans])
    part = messages.sentences[np.concatenate([np.arange(*span) for span in spans])]
    rows, weights, owner = part.indices, part.data, np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
    if chance is not None:
        kept = chance.random(len(rows)) >= ROWS_DROPPED * chance.random()
        rows, weights, owner = rows[kept], weights[kept], owner[kept]
        lengths = np.sqrt(np.bincount(owner, weights**2, minlength=part.shape[0]) + 1e-9)
        weights = weights / lengths[owner]
    length = _round(int(sizes.max()))
    places = np.full((BATCH, length), BATCH * length, np.int32)
    starts = np.cumsum(sizes) - sizes
    for at, size in enumerate(sizes):
        places[at, :size] = starts[at] + np.arange(size)
    there = places < BATCH * length
    room = _round(len(rows), 4096)
    clear = np.zeros((BATCH, length), np.float32)
    for at, (first, last) in enumerate(spans):
        clear[at, : last - first] = messages.clear[first:last] & ~messages.clear[first:last].all()
    asked = np.zeros((BATCH, messages.asked.shape[1]), np.float32)
    asked[: len(some)] = messages.asked[some]
    return Batch(
        _padded(rows, room, 0).astype(np.int32),
        _padded(owner, room, BATCH * length).astype(np.int32),
        _padded(weights, room, 0).astype(np.float32),
        places,
        there,
        clear,
        asked,
    )


def _span(messages: Messages, one: int, chance: np.random.Generator | None) -> tuple[int, int]:
    first, size = int(messages.starts[one]), int(messages.sizes[one])
    if chance is None or messages.asked[one].any() or size < 2 or chance.random() >= CUT_SHORT:
        return first, first + size
    some = int(chance.integers(1, min(3, size - 1) + 1))
    start = first + int(chance.integers(0, size - some + 1))
    return start, start + some


def _round(size: int, least: int = 1) -> int:
    """Return `size` rounded up to one of few: the net is compiled anew for every shape."""
    room = least
    while room < size:
        room = room * 2 if room < 4 * least else room * 3 // 2
    return room


def _padded(array: np.ndarray, size: int, value: int) -> np.ndarray:
    return np.concatenate([array, np.full(size - len(array), value, array.dtype)])


_values = jax.jit(values)


def read(params: Params, messages: Messages, chosen: Sequence[int] | np.ndarray) -> Iterator[np.ndarray]:
    """Yield for each of `chosen` how much its sentences ask: sentence by category."""
    for start in range(0, len(chosen), BATCH):
        some = chosen[start : start + BATCH]
        found = np.asarray(_values(params, _batch(messages, some)))
        yield from (found[at, : messages.sizes[one]] for at, one in enumerate(some))
