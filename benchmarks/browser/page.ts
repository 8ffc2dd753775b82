// What Chromium runs: a job on tfjs's engine for WebAssembly, with threads. `contestants/chromium.ts` serves it.
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { forwardJob } from '../jobs/forward';
import { heatMapJob } from '../jobs/heat-maps';
import { trainingStepJob } from '../jobs/training-step';

const jobs: Record<string, (network: string, batch: number, size: number) => () => Promise<void>> =
  {
    forward: forwardJob,
    step: (network, batch, size) => trainingStepJob({ network, batch, size }),
    gradcam: (network, batch, size) =>
      heatMapJob({ network, method: 'gradcam', batch, size, part: 1 }),
  };
let job: () => Promise<void>;

/** Starts the engine and builds the network. @throws Error when the engine has not as many threads. */
async function prepare(
  threads: number,
  name: string,
  network: string,
  batch: number,
  size: number,
): Promise<void> {
  setWasmPaths('/wasm/');
  setThreadsCount(threads);
  if (!(await setBackend('wasm'))) throw new Error("The engine 'wasm' does not start.");
  if (!crossOriginIsolated || getThreadsCount() !== threads)
    throw new Error(
      `wasm (isolated: ${crossOriginIsolated}) has ${getThreadsCount()} threads instead of ${threads}.`,
    );
  job = jobs[name]!(network, batch, size);
}

/** @returns the seconds of one run. */
async function run(): Promise<number> {
  const start = performance.now();
  await job();
  return (performance.now() - start) / 1000;
}

Object.assign(globalThis, { prepare, run });
