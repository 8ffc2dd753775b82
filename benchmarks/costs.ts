/** Counts the cost of networks, and writes `costs.json`: `npx tsx costs.ts` in `benchmarks/`. */
import { writeFileSync } from 'node:fs';
import { architectures } from '@shroom/models';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { costOf } from './limits/cost';

await setBackend('cpu');
const costs = [224, 299].flatMap(size =>
  (['resnet18', 'resnet50', 'convnext_tiny', 'convnext_base'] as const).map(network => {
    const model = architectures[network].build({ inputSize: [size, size], classes: 1000 });
    return { network, size, ...costOf(model) };
  }),
);
console.table(costs);
writeFileSync(new URL('costs.json', import.meta.url), `${JSON.stringify(costs, undefined, 2)}\n`);
