/** Writes the files that `load-resnet50` reads, with random weights: `weights-of-resnet50.ts FOLDER SIZE`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { architectures, checkpointOf } from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { io } from '@tensorflow/tfjs-core';
import { withRandomWeights } from '../networks/random-weights';
import { resnet50 } from '../networks/resnet50';
import { startEngine } from './engine';
import { serve } from './serve';

const [folder, sizeText] = process.argv.slice(2) as [string, string];
await startEngine('cpu');
const { build, dialects } = architectures.resnet50;
const ours = withRandomWeights(build({ classes: 1000 }));
await writeSafetensors(join(folder, 'resnet50.safetensors'), checkpointOf(ours, dialects[0]));

// The same size and layers in tfjs's own format.
const theirs = withRandomWeights(resnet50(Number(sizeText), 1000));
await theirs.save(
  io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
    await writeFile(join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  }),
);
await serve(async () => undefined);
