"""torchvision side of the input pipeline: `data_peer.py FOLDER SIZE BATCH WORKERS`.

Prints 0 when ready, then the seconds a photo of one epoch per line of input, at the end its peak memory in bytes.
"""
import resource, sys, time
import torch
from torchvision import transforms
from torchvision.datasets import ImageFolder

folder, size, batch, workers = sys.argv[1], *map(int, sys.argv[2:5])
steps = transforms.Compose([
    transforms.Resize((size, size)), transforms.RandomHorizontalFlip(), transforms.RandomVerticalFlip(),
    transforms.RandomRotation(15), transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
loader = torch.utils.data.DataLoader(
    ImageFolder(folder, steps), batch_size=batch, shuffle=True, num_workers=workers,
    # As ours, its workers wait for the next epoch.
    persistent_workers=True)

print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    for images, labels in loader:
        pass
    print((time.perf_counter() - start) / len(loader.dataset), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
