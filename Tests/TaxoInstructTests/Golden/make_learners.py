"""Golden values of the learners, by scipy's minimiser and by Adam in numpy's 64-bit numbers.

Run beside the JSON file that it writes: python3 make_learners.py
"""

import json
import platform

import numpy as np
import scipy
from scipy.optimize import minimize

SEED = 11
generator = np.random.default_rng(SEED)


def rounded(values):
    """Short numbers that 32 bits hold exactly."""
    return np.round(np.asarray(values) * 64) / 64


def minimum(loss, start):
    return minimize(loss, start, method="BFGS", options={"gtol": 1e-10}).x


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def adam(gradient, start, steps, rate, epsilon):
    values, first, second = start.copy(), 0 * start, 0 * start
    for step in range(1, steps + 1):
        g = gradient(values)
        first, second = 0.9 * first + 0.1 * g, 0.99 * second + 0.01 * g * g
        mean, spread = first / (1 - 0.9**step), np.sqrt(second / (1 - 0.99**step))
        values = values - rate(step) * mean / (spread + epsilon)
    return values


# A logistic regression, its weights drawn to others than zero; the bias is free.
rows = rounded(generator.normal(size=(40, 3)))
answers = generator.random(40) < sigmoid(rows @ [1.5, -1, 0.2] - 0.5)
prior = np.array([0.5, 0, 0])


def logistic_loss(values, rows, answers, prior, ridge):
    scores = rows @ values[:-1] + values[-1]
    return np.logaddexp(0, np.where(answers, -scores, scores)).sum() + (
        ridge / 2 * ((values[:-1] - prior) ** 2).sum()
    )


logistic = [
    {"ridge": ridge, "values": list(minimum(
        lambda v: logistic_loss(v, rows, answers, prior, ridge), np.append(prior, 0)))}
    for ridge in (0.25, 1, 5)
]

# A listwise ranker: the last feature does not vary, the last list has no answer.
lists = []
for number in range(12):
    features = rounded(generator.normal(size=(6, 4)))
    features[:, 3] = 1
    best = np.argsort(-(features @ [2, -1, 0, 0] + generator.normal(size=6)))
    right = np.isin(np.arange(6), best[: 1 + number % 2]) & (number < 11)
    lists.append((features, right))
kept = [entry for entry in lists if entry[1].any()]
stacked = np.vstack([f for f, _ in kept])
means, variances = stacked.mean(axis=0), stacked.var(axis=0)
scales = np.where(variances > 1e-10, 1 / np.sqrt(np.maximum(variances, 1e-10)), 0)


def listwise_gradient(weights, pull=5 / len(kept)):
    total = pull * weights
    for features, right in kept:
        standard = (features - means) * scales
        total = total + standard.T @ (
            softmax(standard @ weights) - right / right.sum()
        ) / len(kept)
    return total


weights = adam(listwise_gradient, np.zeros(4), 120, lambda s: 0.1 * (1 - (s - 1) / 120), 1e-9)
pooled = np.concatenate([((f - means) * scales) @ weights for f, _ in lists])[:, None]
odds = minimum(
    lambda v: logistic_loss(v, pooled, np.concatenate([r for _, r in lists]), np.ones(1), 1),
    np.array([1.0, 0.0]),
)

# Three weights of ranker and model, drawn to the standard ones; one fold in five left out.
rated = []
for number in range(25):
    right = np.arange(5) == generator.integers(5)
    ranker, sums, tokens = (rounded(s * right + generator.normal(size=5)) for s in (2, 1, 1))
    rated.append((np.stack([ranker, sums, tokens], axis=1), right))
start, spreads = np.array([0.8, 0.17, 0.2]), np.array([1.3, 1.5, 1.4])


def joined_loss(values, fold):
    loss = ((spreads * (values - start)) ** 2).sum() / 2
    for number, (numbers, right) in enumerate(rated):
        if number % 5 != fold:
            loss -= np.log(softmax(numbers @ values)[right].sum())
    return loss


joined = [list(minimum(lambda v: joined_loss(v, fold), start)) for fold in range(5)]

# Members of a vocabulary against phrases that are none.
members = rounded(generator.normal(size=(80, 5)) + [0.8, 0, 0.4, 0, 0])
phrases = rounded(generator.normal(size=(60, 5)) - [0.8, 0, 0, 0.4, 0])


def membership(members, phrases):
    rows = np.vstack([members, phrases])
    mean, scale = rows.mean(axis=0), 1 / rows.std(axis=0)
    standard = np.hstack([(rows - mean) * scale, np.ones((len(rows), 1))])
    truth = np.arange(len(rows)) < len(members)
    share = np.where(truth, 0.5 / len(members), 0.5 / len(phrases))
    ridge = 0.02 * np.array([1] * rows.shape[1] + [0])

    def gradient(v):
        return ridge * v + standard.T @ (share * (sigmoid(standard @ v) - truth))

    values = adam(gradient, np.zeros(rows.shape[1] + 1), 150, lambda _: 0.03, 1e-8)
    return lambda x: sigmoid(((x - mean) * scale) @ values[:-1] + values[-1])


def without(rows, fold):
    return rows[np.arange(len(rows)) % 4 != fold]


judged = sorted(
    float(p) for fold in range(4)
    for p in membership(without(members, fold), without(phrases, fold))(members[fold::4])
)
whole = membership(members, phrases)

with open("learners.json", "w") as file:
    json.dump({
        "made": f"make_learners.py, numpy {np.__version__}, scipy {scipy.__version__}, Python "
                f"{platform.python_version()}, seed {SEED}",
        "logistic": {"rows": rows.tolist(), "answers": answers.tolist(),
                     "prior": prior.tolist(), "fits": logistic},
        "linear": {"lists": [{"features": f.tolist(), "isRight": r.tolist()} for f, r in lists],
                   "means": means.tolist(), "scales": scales.tolist(),
                   "weights": weights.tolist(), "odds": odds.tolist()},
        "joined": {"lists": [{"numbers": n.T.tolist(), "isRight": r.tolist()} for n, r in rated],
                   "weights": joined},
        "membership": {"members": members.tolist(), "phrases": phrases.tolist(),
                       "threshold": judged[int(0.05 * len(judged))],
                       "ofMembers": whole(members).tolist(),
                       "ofPhrases": whole(phrases).tolist()},
    }, file, indent=1)
    file.write("\n")
