"""Fine-tunes an exported network with timm on several processors or machines, and saves it so that Shroom loads it again.

    npx @shroom/classifier export runs/genera --to timm --out genera-timm
    pip install timm torchvision
    torchrun --nproc-per-node 8 finetune_timm.py genera-timm photos genera-tuned

The photos are in a folder for each class. On several machines, add `--nnodes 4 --rdzv-backend c10d --rdzv-endpoint host:29500` to
torchrun. Then train the head on what was fine-tuned:

    npx @shroom/classifier train photos --backbone genera-tuned/model.safetensors --architecture resnet18
"""

import argparse
import os
import pathlib

import timm
import torch
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler
from torchvision.datasets import ImageFolder

parser = argparse.ArgumentParser()
parser.add_argument("network", help="the folder that `shroom export --to timm` wrote")
parser.add_argument("photos", help="a folder with a folder of photos for each class")
parser.add_argument("out", type=pathlib.Path, help="folder for the trained network")
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--batch", type=int, default=32, help="photos of each process in a step")
parser.add_argument("--lr", type=float, default=1e-4)
options = parser.parse_args()

torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
rank = int(os.environ["LOCAL_RANK"])
device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")
is_first = torch.distributed.get_rank() == 0

torch.manual_seed(0)
photos = ImageFolder(options.photos)
network = timm.create_model(f"local-dir:{options.network}", pretrained=True, num_classes=len(photos.classes))
photos.transform = timm.data.create_transform(
    **timm.data.resolve_model_data_config(network), is_training=True
)
trained = DistributedDataParallel(network.to(device))
sampler = DistributedSampler(photos)
loader = DataLoader(photos, options.batch, sampler=sampler, num_workers=2, drop_last=True)
optimizer = torch.optim.AdamW(trained.parameters(), lr=options.lr, weight_decay=0.05)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs * len(loader))
for epoch in range(options.epochs):
    sampler.set_epoch(epoch)
    trained.train()
    total = 0.0
    for images, labels in loader:
        loss = torch.nn.functional.cross_entropy(trained(images.to(device)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
    if is_first:
        print(f"epoch {epoch + 1}: loss {total / len(loader):.3f}", flush=True)
if is_first:
    timm.models.save_for_hf(
        network, options.out, model_config={"label_names": photos.classes}, safe_serialization=True
    )
torch.distributed.destroy_process_group()
