"""ONNX Runtime in Python: `ort_peer.py FILE BATCH SIZE`, with a file that `torch_peer.py` has exported.

Prints 0 when ready, then the seconds of one run per line of input, at the end its peak memory in bytes.
"""
import os, resource, sys, time
import numpy, onnxruntime

path, batch, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(os.environ.get('THREADS', 2))
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
x = numpy.random.default_rng(0).random((batch, 3, size, size), dtype=numpy.float32)
name = session.get_inputs()[0].name

print(0, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    session.run(None, {name: x})
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
