"""PyTorch side of the benchmarks: `torch_peer.py NETWORK JOB BATCH SIZE [WAY | FILE]`.

Prints 0 when ready, then the seconds of one run per line of input, at the end its peak memory in bytes.
JOB: forward, step, step-frozen-norm, step-last-stage, or export (writes FILE as ONNX before it is ready).
WAY: eager, channels-last, compiled (by torch.compile, images with channels last), or nothing for eager. What compiling takes, with the first
run, is told apart from the seconds of a run.
"""
import json, os, resource, sys, time
import torch, torchvision
from torch import nn

network, job, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(int(os.environ.get('THREADS', 2)))
torch.manual_seed(0)

def head():
    layers = []
    for inputs, outputs, rate in [(2048, 1024, 0.3), (1024, 512, 0.2)]:
        layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(rate)]
    return nn.Sequential(*layers, nn.Linear(512, 9))

def built():
    if network == 'head':
        return head()
    if network.startswith('vit_'):
        import timm
        classes = 9 if job.startswith('step') else 0
        return timm.create_model(network, num_classes=classes, img_size=size)
    return getattr(torchvision.models, network)(num_classes=9)

way = sys.argv[5] if job != 'export' and len(sys.argv) > 5 else 'eager'
model = built()
x = torch.randn(batch, 2048) if network == 'head' else torch.randn(batch, 3, size, size)

if job in ('export', 'forward'):
    model.eval()
    if network == 'resnet50':
        model.fc = nn.Identity()
if job == 'export':
    older = {'dynamo': False} if torch.__version__ >= '2.5' else {}
    torch.onnx.export(model, x, sys.argv[5], opset_version=17, input_names=['x'], output_names=['y'], **older)
    print(0, flush=True)
    sys.stdin.read()
    print(0, flush=True)
    sys.exit()

labels = torch.arange(batch) % 9
model.train(job == 'step' )
if job == 'step-last-stage':
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith(('layer4', 'fc'))
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.Adam(trained, lr=1e-4)

def step():
    loss = nn.functional.cross_entropy(model(x), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

def forward():
    with torch.inference_mode():
        return model(x).sum().item()

run = forward if job == 'forward' else step
if way != 'eager' and x.dim() == 4:
    model = model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
details = {}
if way == 'compiled':
    start = time.perf_counter()
    model = torch.compile(model)
    run()
    details['compiling'] = time.perf_counter() - start
print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(json.dumps({'seconds': time.perf_counter() - start, 'details': details}), flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
