"""The reference's job in PyTorch, a part of each of its steps, scaled: `reference_loop_peer.py FOLDER SIZE BATCH WORKERS JOB`.

JOB is the numbers of `rows/reference-job.ts` in JSON. Every epoch decodes and augments the training photos anew and runs the
frozen ResNet50 over them, with the head trained after it; then the validation photos. The test photos run once, and some
get a heat map through hooks. Prints 0 when ready, then for each line of input the seconds that the whole job would take, at
the end its peak memory in bytes. Weights are random: they do not matter for the time.
"""
import json, os, resource, sys, time
import torch, torchvision
from torch import nn
from torchvision import transforms
from torchvision.datasets import ImageFolder

folder, size, batch, workers = sys.argv[1], *map(int, sys.argv[2:5])
job = json.loads(sys.argv[5])
part = job["part"]
torch.set_num_threads(int(os.environ.get("THREADS", 2)))
torch.manual_seed(0)
end = [transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
resize = transforms.Resize((size, size))
augmented = ImageFolder(folder, transforms.Compose([
    resize, transforms.RandomHorizontalFlip(), transforms.RandomVerticalFlip(), transforms.RandomRotation(15), *end]))
plain = ImageFolder(folder, transforms.Compose([resize, *end]))

model = torchvision.models.resnet50()
for parameter in model.parameters():
    parameter.requires_grad = False
layers = []
for inputs, outputs, rate in [(2048, 1024, 0.3), (1024, 512, 0.2)]:
    layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(rate)]
model.fc = nn.Sequential(*layers, nn.Linear(512, len(plain.classes)))
optimizer = torch.optim.Adam(model.fc.parameters(), lr=1e-3, weight_decay=1e-5)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
loss_function = nn.CrossEntropyLoss()


def batches(photos, count):
    order = torch.randperm(len(photos))[:count]
    part = torch.utils.data.Subset(photos, order.tolist())
    return torch.utils.data.DataLoader(part, batch_size=batch, shuffle=True, num_workers=workers)


def train(count):
    model.train()
    for images, labels in batches(augmented, count):
        optimizer.zero_grad()
        loss = loss_function(model(images), labels)
        loss.backward()
        optimizer.step()
        schedule.step()
        loss.item()


def evaluate(count):
    model.eval()
    with torch.no_grad():
        for images, labels in batches(plain, count):
            loss_function(model(images), labels).item()


def explain(count):
    """Grad-CAM at the last convolution, one photo after the other, as the reference does it."""
    model.eval()
    kept = {}

    def keep(module, inputs, output):
        kept["features"] = output
        output.register_hook(lambda gradient: kept.update(gradient=gradient))

    hook = model.layer4[-1].conv3.register_forward_hook(keep)
    for index in range(count):
        image = plain[index][0][None].requires_grad_()
        logits = model(image)
        model.zero_grad()
        logits[0, logits.argmax()].backward()
        weights = kept["gradient"].mean((2, 3), keepdim=True)
        torch.relu((weights * kept["features"]).sum(1)).detach().numpy()
    hook.remove()


def seconds(run, count):
    start = time.perf_counter()
    run(count)
    return (time.perf_counter() - start) / count


print(0, flush=True)
for line in sys.stdin:
    trained, evaluated, explained = seconds(train, part["train"]), seconds(evaluate, part["validation"]), seconds(explain, part["maps"])
    epoch = job["train"] * trained + job["validation"] * evaluated
    total = job["epochs"] * epoch + job["test"] * evaluated + job["maps"] * explained
    print(json.dumps({"seconds": total, "details": {"epoch": epoch, "trained": trained, "evaluated": evaluated, "map": explained}}), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
