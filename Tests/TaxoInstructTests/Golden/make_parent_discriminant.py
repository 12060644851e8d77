"""Golden values of the linear discriminant analysis of edges, by numpy's own inverse.

Run beside the JSON file that it writes: python3 make_parent_discriminant.py
"""

import json
import platform

import numpy as np

SEED, CONCEPTS, DIMENSION, FOLDS = 7, 14, 5, 5
PARENTS = {1: [0], 2: [0], 3: [1], 4: [1], 5: [1, 2], 6: [2], 7: [2], 8: [3], 9: [3], 10: [8],
           11: [2], 12: [1, 3], 13: [11]}

generator = np.random.default_rng(SEED)
vectors = generator.normal(size=(CONCEPTS, DIMENSION))
vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
points = vectors.astype(float) - vectors.astype(float).mean(axis=0)
classes = sorted({p for parents in PARENTS.values() for p in parents})


def members(of, without=()):
    return [(k, 1 / len(p)) for k, p in PARENTS.items() if of in p and k not in without]


def mean(of, without=()):
    its = members(of, without)
    return (points[of] + sum((w * points[k] for k, w in its), np.zeros(DIMENSION))) / (
        1 + sum(w for _, w in its)
    )


def inverse(fold):
    """W^-1 of the concepts that are not of the fold, their classes' means without it, too."""
    gone = [k for k in range(CONCEPTS) if fold is not None and k % FOLDS == fold]
    kept = [k for k in PARENTS if k not in gone]
    spread = np.zeros((DIMENSION, DIMENSION))
    for child in kept:
        for parent in PARENTS[child]:
            difference = points[child] - mean(parent, without=[child, *gone])
            spread += np.outer(difference, difference) / len(PARENTS[child])
    spread /= len(kept)
    share = max(0.4, DIMENSION / (DIMENSION + len(kept)))
    return np.linalg.inv(
        (1 - share) * spread + share * np.trace(spread) / DIMENSION * np.eye(DIMENSION)
    )


def logarithms(concept, without):
    vector, matrix = points[concept], inverse(concept % FOLDS if without else None)
    scores = {}
    for c in classes:
        if c in without or not members(c, without):
            continue
        m = mean(c, without)
        count = sum(w for _, w in members(c, without))
        scores[c] = vector @ matrix @ m - m @ matrix @ m / 2 + np.log(count + 0.5)
    total = np.log(sum(np.exp(list(scores.values()))))
    return [float(max(-25, scores[k] - total)) if k in scores else -25.0 for k in range(CONCEPTS)]


cases = [{"concept": k, "without": w, "logarithms": logarithms(k, w)}
         for k, w in [(4, []), (4, [4]), (12, [12]), (8, [8, 10]), (13, [13])]]
with open("parent_discriminant.json", "w") as file:
    json.dump({
        "made": f"make_parent_discriminant.py, numpy {np.__version__}, Python "
                f"{platform.python_version()}, seed {SEED}",
        "dimension": DIMENSION,
        "vectors": [float(x) for x in vectors.ravel()],
        "parents": [PARENTS.get(k, []) for k in range(CONCEPTS)],
        "cases": cases,
    }, file, indent=1)
    file.write("\n")
