"""PyTorch side of the page of networks: `zoo_peer.py LIBRARY NETWORK BATCH SIZE`.

Prints 0 when ready, then the seconds of one forward pass per line of input: as PyTorch runs it, and with channels last;
at the end its peak memory in bytes.
"""
import json, os, resource, sys, time
import torch

library, network, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(int(os.environ.get('THREADS', 2)))
torch.manual_seed(0)

def build():
    if library == 'timm':
        import timm
        sized = {'img_size': size} if network.startswith('vit_') else {}
        return timm.create_model(network, num_classes=1000, **sized).eval()
    import torchvision
    plain = {'aux_logits': False, 'init_weights': False} if network == 'inception_v3' else {}
    return getattr(torchvision.models, network)(**plain).eval()

models = {'eager': build(), 'channelsLast': build().to(memory_format=torch.channels_last)}
x = torch.randn(batch, 3, size, size)
images = {'eager': x, 'channelsLast': x.contiguous(memory_format=torch.channels_last)}

def seconds(way):
    start = time.perf_counter()
    with torch.inference_mode():
        models[way](images[way]).sum().item()
    return time.perf_counter() - start

print(0, flush=True)
for _ in sys.stdin:
    print(json.dumps({'seconds': seconds('eager'), 'details': {'channelsLast': seconds('channelsLast')}}), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
