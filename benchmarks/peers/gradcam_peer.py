"""pytorch-grad-cam, torchcam or captum: `gradcam_peer.py LIBRARY NETWORK METHOD BATCH SIZE [PART]`.

LIBRARY: grad-cam, torchcam or captum, from PyPI. METHOD: gradcam, layercam a stage before the last one, scorecam over the first PART
channels, with the library's own loop, or integrated-gradients with PART steps. Prints 0 when ready, then the seconds of one batch of maps per line of input, at the end its peak
memory in bytes.
"""
import os, resource, sys, time
import torch, torchvision

library, network, method, batch, size = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
part = int(sys.argv[6]) if len(sys.argv) > 6 else None
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
torch.manual_seed(0)
model = getattr(torchvision.models, network)(num_classes=9).eval()
stages = [model.layer3[-1], model.layer4[-1]] if network.startswith("resnet") else [model.features[5], model.features[7]]
layer = stages[0] if method == "layercam" else stages[1]
images = torch.randn(batch, 3, size, size)


def of_grad_cam():
    from pytorch_grad_cam import GradCAM, LayerCAM, ScoreCAM

    class SomeChannels(ScoreCAM):
        """Each channel costs a pass of the network: a part of them says what all cost."""

        def get_cam_weights(self, input_tensor, target_layer, targets, activations, grads):
            some = super().get_cam_weights(input_tensor, target_layer, targets, activations[:, :part], grads)
            weights = activations[:, :, 0, 0] * 0
            weights[:, :part] = some
            return weights

    cam = {"gradcam": GradCAM, "layercam": LayerCAM, "scorecam": SomeChannels}[method](model, [layer])
    return lambda: cam(images, None)


def of_torchcam():
    from torchcam.methods import GradCAM, LayerCAM

    cam = {"gradcam": GradCAM, "layercam": LayerCAM}[method](model, layer)

    def run():
        logits = model(images)
        maps = cam(logits.argmax(1).tolist(), logits)
        # As pytorch-grad-cam does: maps of the size of the images.
        torch.nn.functional.interpolate(maps[0][:, None], (size, size), mode="bilinear").numpy()

    return run


def of_captum():
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(model)
    with torch.no_grad():
        classes = model(images).argmax(1)
    # At most as many points at a time as images: all points at once need several gigabytes.
    return lambda: method.attribute(images, target=classes, n_steps=part, internal_batch_size=max(batch, 8)).numpy()


run = {"grad-cam": of_grad_cam, "torchcam": of_torchcam, "captum": of_captum}[library]()
print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
