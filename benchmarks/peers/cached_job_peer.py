"""The reference's job in PyTorch as ours does it, with cached features; a part of each of its steps, scaled: `cached_job_peer.py FOLDER SIZE
WORKERS JOB WAY`.

JOB is the numbers of `rows/reference-job.ts` in JSON. WAY is how the frozen ResNet50 runs: eager, channels-last or compiled. Each photo is
decoded and resized once, and its views go through the network once; the head trains on the features, with another view of each photo in each
epoch. Prints 0 when ready, then for each line of input the seconds that the whole job would take, at the end its peak memory in bytes. Weights
are random: they do not matter for the time.
"""
import json, os, random, resource, sys, tempfile, time
import numpy as np
import torch, torchvision
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler, TensorDataset
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

folder, size, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
job, way = json.loads(sys.argv[4]), sys.argv[5]
part, views, channels, classes = job["part"], job["views"], 2048, job["classes"]
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
torch.manual_seed(0)
photos = ImageFolder(folder)
resize = v2.Resize((size, size))
augment = v2.Compose([v2.RandomHorizontalFlip(), v2.RandomVerticalFlip(), v2.RandomRotation(15)])
normalize = v2.Compose([
    v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
to_image = v2.ToImage()


def plain(index):
    return to_image(resize(photos[index][0]))


class Views(Dataset):
    """All views of a photo: as it is, and augmented."""

    def __init__(self, count):
        self.chosen = random.Random(0).choices(range(len(photos)), k=count)

    def __len__(self):
        return len(self.chosen)

    def __getitem__(self, index):
        image = plain(self.chosen[index])
        return torch.stack([normalize(image if view == 0 else augment(image)) for view in range(views)])


network = torchvision.models.resnet50()
network.fc = nn.Identity()
network.eval().requires_grad_(False)
memory_format = torch.contiguous_format if way == "eager" else torch.channels_last
network = network.to(memory_format=memory_format)
extractor = torch.compile(network) if way == "compiled" else network

layers = []
for inputs, outputs, rate in [(channels, 1024, 0.3), (1024, 512, 0.2)]:
    layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(rate)]
head = nn.Sequential(*layers, nn.Linear(512, classes))
optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)

photos_at_once = 4
# It is removed when the process ends.
scratch = tempfile.TemporaryDirectory()
cache = np.lib.format.open_memmap(
    os.path.join(scratch.name, "features.npy"), mode="w+", dtype=np.float32, shape=(part["ahead"] + part["views"], channels))


def extraction():
    """Seconds a view, after the workers have started."""
    loader = DataLoader(Views(len(cache) // views), photos_at_once, num_workers=workers)
    done = 0
    for images in loader:
        images = images.flatten(0, 1).contiguous(memory_format=memory_format)
        with torch.inference_mode():
            cache[done:done + len(images)] = extractor(images).numpy()
        done += len(images)
        if done == part["ahead"]:
            start = time.perf_counter()
    return (time.perf_counter() - start) / part["views"]


def features(count, own):
    return torch.rand(count, own, channels), torch.arange(count) % classes


train, validation, test = (features(job["train"], views), features(job["validation"], 1), features(job["test"], 1))


def in_batches(data, batch, sampler):
    indices = TensorDataset(torch.arange(len(data[1])))
    return DataLoader(indices, sampler=BatchSampler(sampler(indices), batch, drop_last=False), batch_size=None)


def logits_of(data):
    head.eval()
    with torch.inference_mode():
        return torch.cat([head(data[0][rows, 0]) for rows, in in_batches(data, 256, SequentialSampler)])


def epoch():
    head.train()
    for rows, in in_batches(train, 32, RandomSampler):
        chosen = torch.randint(views, (len(rows),))
        loss = nn.functional.cross_entropy(head(train[0][rows, chosen]), train[1][rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
    logits = logits_of(validation)
    return nn.functional.cross_entropy(logits, validation[1]).item(), logits.argmax(1)


def evaluate():
    truth = test[1]
    predicted = logits_of(test).argmax(1)
    confusion = torch.bincount(truth * classes + predicted, minlength=classes ** 2).view(classes, classes)
    return confusion.diag().sum().item() / len(truth), logits_of(validation).softmax(1)


def explain():
    """Grad-CAM of one photo after another: the gradient reaches back to the last feature map alone, as ours."""
    body = nn.Sequential(*list(network.children())[:-2])
    head.eval()
    for index in range(part["maps"]):
        image = normalize(plain(index))[None].contiguous(memory_format=memory_format)
        with torch.no_grad():
            kept = body(image)
        kept.requires_grad_()
        logits = head(kept.mean((2, 3)))
        gradient, = torch.autograd.grad(logits[0, logits.argmax()], kept)
        torch.relu((gradient.mean((2, 3), keepdim=True) * kept).sum(1)).detach().numpy()


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


details = {}
if way == "compiled":
    details["compiling"] = seconds(extraction)
print(0, flush=True)
for line in sys.stdin:
    view, trained, evaluation, explained = extraction(), seconds(epoch), seconds(evaluate), seconds(explain) / part["maps"]
    total = (job["train"] * views + job["validation"] + job["test"]) * view
    total += job["epochs"] * trained + evaluation + job["maps"] * explained
    parts = {"view": view, "epoch": trained, "evaluation": evaluation, "map": explained, **details}
    print(json.dumps({"seconds": total, "details": parts}), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
