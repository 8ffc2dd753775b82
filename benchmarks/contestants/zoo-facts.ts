/**
 * Compares a network with its committed figures, counts it, and exports it as ONNX: `zoo-facts.ts NETWORK SIZE FILE`. One run answers with
 * the figures.
 */
import { writeFile } from 'node:fs/promises';
import { architectures, exportOnnx } from '@shroom/models';
import { withRandomWeights } from '../networks/random-weights';
import { listedNetworks } from '../zoo/networks';
import { parityOf } from '../zoo/parity';
import { startEngine } from './engine';
import { serve } from './serve';

const [name, side, file] = process.argv.slice(2) as [string, string, string];
await startEngine('ort');
const size = Number(side);
const { build, taps } = architectures[name as 'resnet18'];

const elementCount = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((product, side) => product * side!, 1);

await serve(async () => {
  const start = performance.now();
  const listed = listedNetworks.find(({ network }) => network === name)!;
  const difference = await parityOf(listed);
  const timed = withRandomWeights(build({ inputSize: [size, size], classes: 1000 }));
  await writeFile(file, await exportOnnx(timed));
  const details = {
    difference,
    // Running averages of batch norms are not parameters.
    parameters: timed.trainableWeights.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    features: taps.at(-1)!.channels,
  };
  return { seconds: (performance.now() - start) / 1000, details };
});
