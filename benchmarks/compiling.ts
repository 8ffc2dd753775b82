/**
 * Measures the temporary memory that compiling a ResNet50 takes, in multiples of its weights, natively and in WebAssembly,
 * each in a new process.
 *
 *     tsx compiling.ts
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { architectures } from '@shroom/models';
import '@shroom/backend-ort';
import { configureOrt } from '@shroom/backend-ort';
import { setBackend, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { withRandomWeights } from './networks/random-weights';

const runtimes = ['native', 'web'] as const;
const [runtime] = process.argv.slice(2) as [(typeof runtimes)[number]?];
if (runtime) await measure(runtime);
else {
  console.log(
    '| runtime | weights | at most resident before and while compiling | growth / weights |',
  );
  console.log('|---|---|---|---|');
  const args = [...process.execArgv, fileURLToPath(import.meta.url)];
  for (const each of runtimes)
    execFileSync(process.execPath, [...args, each], { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function measure(runtime: 'native' | 'web'): Promise<never> {
  configureOrt({ threads: 2, runtime });
  await setBackend('ort');
  const size: [number, number] = [299, 299];
  const model = withRandomWeights(architectures.resnet50.build({ inputSize: size }));
  const weights = 4 * model.countParams();
  const peak = () => process.resourceUsage().maxRSS * 1024;
  const before = peak();
  for (let run = 0; run < 5; run++) {
    const features = tidy(() => model.predict(zeros([1, ...size, 3])) as Tensor);
    await features.data();
    features.dispose();
  }
  const growth = ((peak() - before) / weights).toFixed(1);
  const [own, first, most] = [weights, before, peak()].map(
    bytes => `${(bytes / 1e6).toFixed(0)} MB`,
  );
  console.log(`| ${runtime} | ${own} | ${first}, ${most} | ${growth} |`);
  process.exit(0);
}
