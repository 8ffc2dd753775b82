// Runs that take and free many large blocks. Writes, as JSON: page faults of the last runs with memory not kept, and kept; bytes
// resident after a few runs, after many, and when the runtime has gone.
import { encodeModel } from '../../src/onnx/encoder';
import { OnnxModel } from '../../src/onnx/model';
import { loadNativeRuntime } from '../../src/runtime/native';
import type { HostTensor } from '../../src/runtime/runtime';

const length = 1e7;
const numbers: HostTensor = {
  type: 'float32',
  dims: [length],
  data: new Float32Array(length),
  location: 'cpu',
};
const result: HostTensor = { ...numbers, dims: [], data: new Float32Array(1) };

/** Multiples of the input that are all kept until they are added up. */
function model() {
  const graph = new OnnxModel();
  graph.outputUnreadable();
  const input = graph.input('float32', [length]);
  const scalar = (value: number) =>
    graph.constant('float32', [], new Uint8Array(Float32Array.of(value).buffer));
  const parts = Array.from({ length: 8 }, (_, i) => graph.add('Mul', [input, scalar(i)]));
  const axes = graph.constant('int64', [1], new Uint8Array(8));
  const sum = graph.add('ReduceSum', [graph.add('Sum', parts), axes], { keepdims: 0 });
  const output = graph.output(sum, 'float32', []);
  return { bytes: encodeModel(graph), input, output };
}

async function measure(keepMemory: boolean) {
  const runtime = await loadNativeRuntime({ threads: 1, executionProviders: ['cpu'], keepMemory });
  const { bytes, input, output } = model();
  const session = runtime.createSync!(bytes);
  /** @returns the most bytes that were resident after one of the runs. */
  const run = (times: number): number => {
    let most = 0;
    for (let i = 0; i < times; i++) {
      session.runSync!({ [input]: numbers }, { [output]: result });
      most = Math.max(most, process.memoryUsage.rss());
    }
    return most;
  };
  const few = run(4);
  const many = run(12);
  const before = process.resourceUsage().minorPageFault;
  run(4);
  const faults = process.resourceUsage().minorPageFault - before;
  session.release();
  runtime.dispose?.();
  return { faults, few, many };
}

const { faults } = await measure(false);
const kept = await measure(true);
const afterwards = process.memoryUsage.rss();
process.stdout.write(JSON.stringify([faults, kept.faults, kept.few, kept.many, afterwards]));
