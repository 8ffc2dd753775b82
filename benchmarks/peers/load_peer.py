"""From the start of the process to the first logits of an image: `load_peer.py NETWORK FILE SIZE`, or `load_peer.py NETWORK FILE SIZE write`.

With `write` it makes the file, and speaks the protocol of the benchmarks.
"""
import os, sys
import torch, torchvision

network, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
if len(sys.argv) > 4:
    torch.save(getattr(torchvision.models, network)().state_dict(), path)
    print(0, flush=True)
    sys.stdin.read()
    print(0, flush=True)
    sys.exit()

# Without the initial weights, which the file replaces; that is the fastest way to load a network.
with torch.device("meta"):
    model = getattr(torchvision.models, network)()
model.load_state_dict(torch.load(path, mmap=True), assign=True)
model.eval()
with torch.no_grad():
    logits = model(torch.ones(1, 3, size, size))
print(logits[0, 0].item(), flush=True)
