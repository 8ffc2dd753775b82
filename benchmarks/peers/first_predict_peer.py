"""What a program in PyTorch needs for its first answer from a cold start: `first_predict_peer.py FILE PHOTO`, or `first_predict_peer.py FILE
CLASSES write`.

Loads a ResNet50 with the reference's head, decodes the photo, and prints the most probable classes. With `write` it makes the file, and
speaks the protocol of the benchmarks.
"""
import os, sys
import torch, torchvision
from PIL import Image
from torch import nn
from torchvision.transforms import v2

path = sys.argv[1]
torch.set_num_threads(int(os.environ.get("THREADS", 2)))


def built(classes):
    model = torchvision.models.resnet50()
    layers = []
    for inputs, outputs, rate in [(2048, 1024, 0.3), (1024, 512, 0.2)]:
        layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(rate)]
    model.fc = nn.Sequential(*layers, nn.Linear(512, classes))
    return model.eval()


if len(sys.argv) > 3:
    names = [f"class {index}" for index in range(int(sys.argv[2]))]
    torch.save({"names": names, "weights": built(len(names)).state_dict()}, path)
    print(0, flush=True)
    sys.stdin.read()
    print(0, flush=True)
    sys.exit()

file = torch.load(path, mmap=True)
# Without the initial weights, which the file replaces; that is the fastest way to load a network.
with torch.device("meta"):
    model = built(len(file["names"]))
model.load_state_dict(file["weights"], assign=True)
transform = v2.Compose([
    v2.Resize((224, 224)), v2.ToImage(), v2.ToDtype(torch.float32, scale=True),
    v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
image = transform(Image.open(sys.argv[2]).convert("RGB"))
with torch.inference_mode():
    shares = model(image[None]).softmax(1)[0]
best = shares.topk(min(5, len(shares)))
print(" ".join(f"{file['names'][index]} {share:.3f}" for share, index in zip(best.values.tolist(), best.indices.tolist())), flush=True)
