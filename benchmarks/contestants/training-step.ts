/**
 * Runs one step of Adam on a tfjs engine: `training-step.ts NETWORK ENGINE BATCH SIZE [step | step-frozen-norm |
 * step-last-stage]`.
 */
import { trainingStepJob } from '../jobs/training-step';
import { startEngine } from './engine';
import { serve } from './serve';

const [network, engine, batch, size, mode = 'step'] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string | undefined,
];
await startEngine(engine);
const run = trainingStepJob({ network, batch: Number(batch), size: Number(size), mode });

await serve(async () => {
  await run();
  return undefined;
});
