/** Writes the files that the rows of loading read, with random weights: `weights-of.ts NETWORK FOLDER SIZE [tfjs]`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchitectureName, architectures, checkpointOf } from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { io } from '@tensorflow/tfjs-core';
import { networkOf } from '../networks/network';
import { withRandomWeights } from '../networks/random-weights';
import { startEngine } from './engine';
import { serve } from './serve';

const [name, folder, size, format] = process.argv.slice(2) as [
  ArchitectureName,
  string,
  string,
  string | undefined,
];
await startEngine('cpu');
const { build, dialects } = architectures[name];
const ours = withRandomWeights(build({ classes: 1000 }));
await writeSafetensors(join(folder, `${name}.safetensors`), checkpointOf(ours, dialects[0]));

if (format === 'tfjs') {
  // The same size and layers in tfjs's own format.
  const theirs = withRandomWeights(networkOf(name, Number(size), 1000));
  await theirs.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const topology = JSON.stringify({ modelTopology, weightsManifest });
      await writeFile(join(folder, 'model.json'), topology);
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}
await serve(async () => undefined);
