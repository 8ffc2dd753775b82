"""PyTorch side of an epoch of the reference's head on cached features: `head_epoch_peer.py FOLDER ROWS CHANNELS CLASSES WAY`.

WAY: dataloader (a TensorDataset and a DataLoader), batched (the same, which takes whole batches), compiled (batched, by torch.compile). An
epoch trains on the first ROWS rows, in batches of 32, and then computes the loss and the answers of all others. Prints 0 when ready, then the
seconds of one epoch per line of input, at the end its peak memory in bytes.
"""
import json, os, resource, sys, time
import numpy as np
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler, TensorDataset

folder, count, channels, classes, way = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
torch.set_num_threads(int(os.environ.get('THREADS', 2)))
torch.manual_seed(0)
values = torch.from_numpy(np.fromfile(os.path.join(folder, 'features.f32'), np.float32).reshape(-1, channels))
labels = torch.from_numpy(np.fromfile(os.path.join(folder, 'classes.i32'), np.int32)).long()


def loader(data, batch, sampler):
    if way == 'dataloader':
        return DataLoader(data, batch, sampler=sampler)
    return DataLoader(data, sampler=BatchSampler(sampler, batch, drop_last=False), batch_size=None)


train = TensorDataset(values[:count], labels[:count])
others = TensorDataset(values[count:], labels[count:])
batches = loader(train, 32, RandomSampler(train))
held = loader(others, 256, SequentialSampler(others))

layers = []
for inputs, outputs, rate in [(channels, channels // 2, 0.3), (channels // 2, channels // 4, 0.2)]:
    layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(rate)]
plain = nn.Sequential(*layers, nn.Linear(channels // 4, classes))
model = torch.compile(plain) if way == 'compiled' else plain
optimizer = torch.optim.Adam(plain.parameters(), lr=1e-3)


def epoch():
    model.train()
    for features, truth in batches:
        loss = nn.functional.cross_entropy(model(features), truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    # The answers of all others come out of the plain module: a second graph would be compiled for them.
    plain.eval()
    right = 0
    with torch.inference_mode():
        for features, truth in held:
            logits = plain(features)
            nn.functional.cross_entropy(logits, truth).item()
            right += (logits.argmax(1) == truth).sum().item()
    return right / len(others)


details = {}
if way == 'compiled':
    start = time.perf_counter()
    epoch()
    details['compiling'] = time.perf_counter() - start
print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    epoch()
    print(json.dumps({'seconds': time.perf_counter() - start, 'details': details}), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
