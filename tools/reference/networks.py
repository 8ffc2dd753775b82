"""Builds torchvision's networks with weights from a formula, and images from a formula. The tests use the same
formulas."""

import torch
from formula import formula


def weight(name, shape, salt):
    """Computes weights from a formula, scaled so that activations stay near one."""
    numbers = formula(torch.Size(shape).numel(), salt)
    if name.endswith("running_var"):
        numbers = 1 + 0.5 * numbers
    elif name.endswith(("running_mean", "bias")):
        numbers = 0.2 * numbers
    elif name.endswith("layer_scale"):
        pass
    elif len(shape) == 1:
        numbers = 0.7 + 0.4 * numbers
    else:
        numbers = (24 / torch.Size(shape[1:]).numel()) ** 0.5 * numbers
    return torch.tensor(numbers.reshape(shape), dtype=torch.float32)


def load(model):
    """Sets the network's weights from the formula. The salt of a weight is its index among the sorted names."""
    names = sorted(name for name in model.state_dict() if not name.endswith("num_batches_tracked"))
    state = {name: weight(name, model.state_dict()[name].shape, salt) for salt, name in enumerate(names)}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing)
    return model


def images(count, size):
    return torch.tensor(formula(count * size * size * 3, 1, 4).reshape(count, size, size, 3), dtype=torch.float32).permute(0, 3, 1, 2)


def sampled(values):
    """Returns 64 numbers spread over a tensor, and its largest magnitude."""
    flat = values.detach().flatten()
    places = [(k * 104729 + 17) % flat.numel() for k in range(64)]
    return {
        "shape": list(values.shape),
        "largest": float(f"{flat.abs().max().item():.7g}"),
        "samples": [float(f"{flat[place].item():.7g}") for place in places],
    }
