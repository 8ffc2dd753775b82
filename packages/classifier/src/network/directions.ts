import type { Photo } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { type PooledTap, principalDirections } from '@shroom/head';
import type { Backbone } from '@shroom/models';
import { extractFeatures } from '@shroom/train';
import { type Tensor, type Tensor3D, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { evenly } from '../photos/evenly';
import { imagesAtOnce } from './extractor';

/** Number of directions kept for each stage, or the number of channels if that is smaller. */
const components = 96;
/** Number of photos used to find the directions. More photos hardly change the directions. */
const mostPhotos = 108;
/** Number of stages that are pooled, counted from the last. */
const stages = 2;

/**
 * The last stages of a backbone, with the directions in which the features of the run's training photos vary most (principal
 * components). The photos are selected by their hashes, so that the selection is reproducible.
 */
export async function directionsOf(
  backbone: Backbone,
  training: readonly Photo[],
  signal?: AbortSignal,
): Promise<PooledTap[]> {
  const { preprocessing } = backbone;
  // The last norm of a transformer reads its last block.
  const taps = backbone.taps.slice(backbone.tokens ? -1 : -stages);
  const photos = evenly(training, mostPhotos);
  const outputs = taps.map(({ layer }) => backbone.model.getLayer(layer).output as SymbolicTensor);
  const network = model({ inputs: backbone.model.inputs, outputs });
  const maps = outputs.map(({ shape }) => {
    const own = shape.slice(1) as number[];
    const size = own.reduce((product, side) => product * side, 1);
    return { shape: own, size, values: new Float32Array(photos.length * size) };
  });
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
  const reading = { ...how, fillLast: true, verify: true, ...(signal && { signal }) };
  for await (const { index, rows } of extractFeatures(photos, {
    batches: missing => batches(missing, reading),
    network: images => [network.predict(images, { batchSize: imagesAtOnce })].flat() as Tensor[],
    ...(signal && { signal }),
  }))
    for (const [tap, { size, values }] of maps.entries()) values.set(rows[tap]!, index * size);
  const found: PooledTap[] = [];
  for (const [index, { layer, channels }] of taps.entries()) {
    const { shape, values } = maps[index]!;
    const all = tensor(values, [photos.length, ...shape] as Tensor4D['shape']) as
      | Tensor3D
      | Tensor4D;
    const { prefix = 0 } = backbone.tokens ?? {};
    const places = values.length / channels - photos.length * prefix;
    const kept = Math.min(components, channels, places);
    try {
      found.push({ layer, ...(await principalDirections(all, kept, backbone.tokens)) });
    } finally {
      all.dispose();
    }
  }
  return found;
}
