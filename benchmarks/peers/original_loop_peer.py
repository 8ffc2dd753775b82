"""The original's training loop in PyTorch: `original_loop_peer.py FOLDER SIZE BATCH WORKERS`.

Every epoch decodes and augments the training photos anew and runs the frozen ResNet50 over them, with the head trained
behind it; then the validation photos. Prints 0 when ready, then for each line of input `TRAIN VALIDATION` (numbers of photos) the
seconds that they took, at the end its peak memory in bytes. Weights are random: they do not matter for the time.
"""
import resource, sys, time
import torch, torchvision
from torch import nn
from torchvision import transforms
from torchvision.datasets import ImageFolder

folder, size, batch, workers = sys.argv[1], *map(int, sys.argv[2:5])
torch.set_num_threads(2)
torch.manual_seed(0)
end = [transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
resize = transforms.Resize((size, size))
augmented = ImageFolder(folder, transforms.Compose([
    resize, transforms.RandomHorizontalFlip(), transforms.RandomVerticalFlip(), transforms.RandomRotation(15), *end]))
plain = ImageFolder(folder, transforms.Compose([resize, *end]))

model = torchvision.models.resnet50()
for parameter in model.parameters():
    parameter.requires_grad = False
layers = []
for inputs, outputs, rate in [(2048, 1024, 0.3), (1024, 512, 0.2)]:
    layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(rate)]
model.fc = nn.Sequential(*layers, nn.Linear(512, len(plain.classes)))
optimiser = torch.optim.Adam(model.fc.parameters(), lr=1e-3, weight_decay=1e-5)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=10)
loss_function = nn.CrossEntropyLoss()


def batches(photos, count):
    order = torch.randperm(len(photos))[:count]
    part = torch.utils.data.Subset(photos, order.tolist())
    return torch.utils.data.DataLoader(part, batch_size=batch, shuffle=True, num_workers=workers)


def epoch(train, validation):
    model.train()
    for images, labels in batches(augmented, train):
        optimiser.zero_grad()
        loss = loss_function(model(images), labels)
        loss.backward()
        optimiser.step()
        schedule.step()
        loss.item()
    model.eval()
    with torch.no_grad():
        for images, labels in batches(plain, validation):
            loss_function(model(images), labels).item()


print(0, flush=True)
for line in sys.stdin:
    train, validation = map(int, line.split())
    start = time.perf_counter()
    epoch(train, validation)
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
