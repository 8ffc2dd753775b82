"""scikit-learn side of heads without training: `closed_form_peer.py FOLDER HEAD ROWS CHANNELS CLASSES`.

HEAD: ridge, discriminant-lsqr, discriminant-eigen, nearest-mean, nearest-neighbors, or nearest-neighbors-unit (euclidean, between rows of
length 1, which is the same order). Prints 0 when ready, then for each line of input the seconds of one fit with the answers for the rows after
the first ROWS, and these answers; at the end its peak memory in bytes.
"""
import json, os, resource, sys, time
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

folder, head, count, channels = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
values = np.fromfile(os.path.join(folder, 'features.f32'), np.float32).reshape(-1, channels)
labels = np.fromfile(os.path.join(folder, 'classes.i32'), np.int32)
rows, others = values[:count].copy(), values[count:].copy()


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def by_cosine(distances):
    return np.exp(-distances / 0.07)


def by_length(distances):
    return np.exp(-distances ** 2 / 2 / 0.07)


def neighbors(**how):
    return KNeighborsClassifier(20, algorithm='brute', **how)


same = lambda rows: rows
classifier, prepared = {
    'ridge': lambda: (RidgeClassifier(alpha=1), same),
    'discriminant-lsqr': lambda: (LinearDiscriminantAnalysis('lsqr', shrinkage=0.1), same),
    'discriminant-eigen': lambda: (LinearDiscriminantAnalysis('eigen', shrinkage=0.1), same),
    'nearest-mean': lambda: (NearestCentroid(), same),
    'nearest-neighbors': lambda: (neighbors(metric='cosine', weights=by_cosine), same),
    'nearest-neighbors-unit': lambda: (neighbors(weights=by_length), unit),
}[head]()

print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    classifier.fit(prepared(rows), labels[:count])
    predicted = classifier.predict(prepared(others))
    seconds = time.perf_counter() - start
    print(json.dumps({'seconds': seconds, 'classes': predicted.tolist()}), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
