import { io, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { ModelBytes } from './model-files';

/** The parts of a tfjs `model.json` that are read. */
interface ModelJson {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: io.WeightsManifestEntry[] }[];
}

/** Builds the network from its files; 16-bit weights become 32-bit ones. */
export async function buildModel({ files }: ModelBytes): Promise<LayersModel> {
  const [first, ...shards] = files;
  const json = JSON.parse(new TextDecoder().decode(first)) as ModelJson;
  return loadLayersModel(
    io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
      weightData: shards.map(({ buffer }) => buffer),
    }),
  );
}

/** Runs the network once, so that what an engine compiles at first does not wait for the first photo. */
export async function warmUp(model: LayersModel, images: Tensor): Promise<void> {
  const output = model.predict(images) as Tensor;
  await output.data();
  output.dispose();
}
