// Runs that take and free large blocks. Writes, as JSON: page faults of a run with memory not kept, and kept; bytes resident after
// a few runs, after many, and when the runtime has gone.
import { OnnxModel } from '@shroom/formats';
import { outputUnreadable } from '../../src/onnx/unreadable';
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
  outputUnreadable(graph);
  const input = graph.input('float32', [length]);
  const scalar = (value: number) =>
    graph.constant('float32', [], new Uint8Array(Float32Array.of(value).buffer));
  const parts = Array.from({ length: 6 }, (_, i) => graph.add('Mul', [input, scalar(i)]));
  const axes = graph.constant('int64', [1], new Uint8Array(8));
  const sum = graph.add('ReduceSum', [graph.add('Sum', parts), axes], { keepdims: 0 });
  const output = graph.output(sum, 'float32', []);
  return { graph, input, output };
}

async function measure(keepMemory: boolean, runs: number) {
  const runtime = await loadNativeRuntime({ threads: 1, executionProviders: ['cpu'], keepMemory });
  const { graph, input, output } = model();
  const session = runtime.createSync!(graph);
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
  const before = process.resourceUsage().minorPageFault;
  const many = run(runs);
  // What is given back now and then counts too.
  const faults = (process.resourceUsage().minorPageFault - before) / runs;
  session.release();
  runtime.dispose?.();
  return { faults, few, many };
}

const { faults } = await measure(false, 2);
const kept = await measure(true, 16);
const afterwards = process.memoryUsage.rss();
process.stdout.write(JSON.stringify([faults, kept.faults, kept.few, kept.many, afterwards]));
