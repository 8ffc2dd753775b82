"""From the start of the process to the first logits of an image: `load_peer.py FILE SIZE`, or `load_peer.py FILE SIZE write`.

With `write` it makes the file, and speaks the protocol of the benchmarks.
"""
import os, sys
import torch, torchvision

path, size = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
model = torchvision.models.resnet50()
if len(sys.argv) > 3:
    torch.save(model.state_dict(), path)
    print(0, flush=True)
    sys.stdin.read()
    print(0, flush=True)
    sys.exit()

model.load_state_dict(torch.load(path))
model.eval()
with torch.no_grad():
    logits = model(torch.ones(1, 3, size, size))
print(logits[0, 0].item(), flush=True)
