"""Writes reference figures for the heads in closed form of @shroom/head, from scikit-learn.

Run with `python tools/reference/closed_form.py` with scikit-learn from PyPI; it writes
packages/head/test/reference/closed-form.json. The features come from a rule that the test uses too.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

here = pathlib.Path(__file__).resolve().parents[2] / "packages/head/test/reference"
rows, channels, classes = 90, 6, 3
place = np.arange(rows * channels)
labels = (np.arange(rows) ** 2 // 5) % classes
values = ((place * 37 + place * place % 101) % 97 / 97).reshape(rows, channels)
values[np.arange(rows), labels] += 0.7
train, test = slice(0, 70), slice(70, 90)
x, y, held = values[train], labels[train], values[test]


def scores(alpha):
    return Ridge(alpha=alpha).fit(x, np.eye(classes)[y]).predict(held)


def discriminant(shrinkage):
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(x, y).predict_proba(held)


means = np.stack([x[y == label].mean(axis=0) for label in range(classes)])
neighbors = KNeighborsClassifier(5, metric="cosine").fit(x, y)
figures = {
    "sklearn": sklearn.__version__,
    "ridge": {alpha: scores(float(alpha)).tolist() for alpha in ("1", "25")},
    "discriminant": {share: discriminant(float(share)).tolist() for share in ("0.1", "0.7")},
    "cosines": cosine_similarity(held, means).tolist(),
    "nearestMean": NearestCentroid().fit(x, y).predict(held).tolist(),
    "votesOf5": neighbors.predict_proba(held).tolist(),
}
here.mkdir(parents=True, exist_ok=True)
(here / "closed-form.json").write_text(json.dumps(figures) + "\n")
