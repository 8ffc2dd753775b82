"""What PyTorch reaches on this machine: `limits_peer.py product SIDE`, `convolution SIDE` or `copy MEGABYTES`.

A product of two square matrices is OpenBLAS's in Debian's build, a convolution of 1 by 1, the same arithmetic, oneDNN's.

Prints 0 when ready, then the seconds of one run per line of input, at the end its peak memory in bytes.
"""
import os, resource, sys, time
import torch

job, size = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
if job == "product":
    a, b, c = (torch.randn(size, size) for _ in range(3))

    def run():
        torch.mm(a, b, out=c)
elif job == "convolution":
    layer = torch.nn.Conv2d(size, size, 1, bias=False)
    image = torch.randn(1, size, size // 32, 32)

    def run():
        with torch.no_grad():
            layer(image)
else:
    source = torch.ones(size * 1000000 // 4)
    target = torch.zeros_like(source)

    def run():
        target.copy_(source)

print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
