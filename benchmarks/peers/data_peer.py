"""torchvision side of the input pipeline: `data_peer.py input-pipeline FOLDER SIZE BATCH WORKERS`.

Prints 0 when ready, then the seconds of one epoch per line of input, at the end its peak memory in bytes.
"""
import resource, sys, time
import torch
from torchvision import transforms
from torchvision.datasets import ImageFolder

folder, size, batch, workers = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
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
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
