"""Words that occur in the same responses: a network with communities, and nothing that a layout could suggest."""

from __future__ import annotations

from typing import Final

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, triu

from nlp.terms import MIN_RESPONSES, frequent

EDGE_COLUMNS: Final = ["word_a", "word_b", "responses_n", "jaccard"]
NODE_COLUMNS: Final = ["word", "responses_n", "community", "degree_n"]
EDGES_N: Final = 60
"""Edges of a network: with more nobody can tell one word from another in it."""
NODES_N: Final = 150
"""Words that are paired: the time taken grows with their square."""
SEED: Final = 1_901


def cooccurrence(
    words: pd.DataFrame, *, min_responses: int = MIN_RESPONSES, edges_n: int = EDGES_N, nodes_n: int = NODES_N
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The strongest pairs among the most frequent words, and the communities they form: (EDGE_COLUMNS, NODE_COLUMNS).

    `words`: response_id, word; a word counts once a response and only if `min_responses` hold it. Pairs are ranked by
    Jaccard's index (1901); equal ones at the end are left out together, so that no order of rows decides. Communities
    by Louvain (Blondel et al. 2008) weighted by it, from a fixed seed, numbered by their size.
    """
    held = words[["response_id", "word"]].drop_duplicates()
    frequency = frequent(held, min_responses, nodes_n)
    edges = _strongest(_pairs(held[held["word"].isin(frequency.index)], frequency), edges_n)
    return edges, _nodes(edges, frequency)


def _pairs(held: pd.DataFrame, frequency: pd.Series) -> pd.DataFrame:
    """Every two words that at least two responses hold together, each pair in the order of its words."""
    names = np.sort(frequency.index.to_numpy("str"))
    alone = frequency.reindex(names).to_numpy("int64")
    responses = pd.factorize(held["response_id"])[0]
    columns = np.searchsorted(names, held["word"].to_numpy("str"))
    shape = (responses.max(initial=-1) + 1, len(names))
    holds = csr_array((np.ones(len(held), "int64"), (responses, columns)), shape=shape)
    together = triu(holds.T @ holds, k=1).tocoo()
    table = pd.DataFrame(
        {
            "word_a": names[together.row],
            "word_b": names[together.col],
            "responses_n": together.data,
            "jaccard": together.data / (alone[together.row] + alone[together.col] - together.data),
        }
    )
    return table[table["responses_n"] > 1]


def _strongest(pairs: pd.DataFrame, edges_n: int) -> pd.DataFrame:
    ranked = pairs.sort_values(["jaccard", "word_a", "word_b"], ascending=[False, True, True], ignore_index=True)
    return ranked[ranked["jaccard"] > ranked["jaccard"].iloc[edges_n]] if len(ranked) > edges_n else ranked


def _nodes(edges: pd.DataFrame, frequency: pd.Series) -> pd.DataFrame:
    # Numbers stand for the words: sets of words would be gone through in another order in every process.
    names = sorted({*edges["word_a"], *edges["word_b"]})
    number = {name: place for place, name in enumerate(names)}
    graph = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    graph.add_weighted_edges_from(
        (number[a], number[b], weight)
        for a, b, weight in zip(edges["word_a"], edges["word_b"], edges["jaccard"], strict=True)
    )
    found = nx.community.louvain_communities(graph, weight="weight", seed=SEED) if names else []
    rows = [
        (names[node], int(frequency[names[node]]), community, int(graph.degree[node]))
        for community, nodes in enumerate(sorted(found, key=lambda each: (-len(each), min(each))), start=1)
        for node in nodes
    ]
    table = pd.DataFrame(rows, columns=NODE_COLUMNS)
    return table.sort_values(["community", "responses_n", "word"], ascending=[True, False, True], ignore_index=True)
