"""pytorch-grad-cam side of the benchmarks: `gradcam_peer.py FOLDER NETWORK METHOD BATCH SIZE [CHANNELS]`.

FOLDER holds `pytorch_grad_cam/` of https://github.com/jacobgil/pytorch-grad-cam. METHOD: gradcam, or scorecam over the first
CHANNELS channels, with the library's own loop. Prints 0 when ready, then the seconds of one batch of maps per line of input,
at the end its peak memory in bytes.
"""
import os, resource, sys, time, types
import torch, torchvision

# Test-time augmentation is imported by the library's base class and not used here.
ttach = types.ModuleType("ttach")
ttach.Compose = ttach.HorizontalFlip = ttach.Multiply = lambda *args, **kwargs: None
sys.modules["ttach"] = ttach
sys.path.insert(0, sys.argv[1])
from pytorch_grad_cam import GradCAM, ScoreCAM

network, method, batch, size = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
torch.manual_seed(0)
model = getattr(torchvision.models, network)(num_classes=9).eval()
layer = model.layer4[-1] if network.startswith("resnet") else model.features[-1]
images = torch.randn(batch, 3, size, size)


class SomeChannels(ScoreCAM):
    """Each channel costs a pass of the network: a part of them says what all cost."""

    def get_cam_weights(self, input_tensor, target_layer, targets, activations, grads):
        channels = int(sys.argv[6])
        some = super().get_cam_weights(input_tensor, target_layer, targets, activations[:, :channels], grads)
        weights = activations[:, :, 0, 0] * 0
        weights[:, :channels] = some
        return weights


cam = {"gradcam": GradCAM, "scorecam": SomeChannels}[method](model, [layer])

print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    cam(images, None)
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
