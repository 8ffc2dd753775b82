import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PreparedModel, prepareModel, suggestTaps, type TapSuggestion } from '@shroom/gradcam';
import { prepareGraph, suggestGraphTaps } from '@shroom/gradcam/graph';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

/** A model from a file, ready to be explained. */
export interface OpenedModel {
  readonly kind: 'LayersModel' | 'GraphModel';
  /** Height, width and channels of its images. */
  readonly input: readonly [number, number, number];
  /** Layers worth tapping, the best first. */
  readonly taps: readonly TapSuggestion[];
  cut(tap?: string): PreparedModel;
}

/**
 * Opens a `model.json` as tfjs and its converter write it, with the weight files beside it.
 *
 * @param size Side of the images, where the model leaves it open.
 * @throws Error when it is no such file, or a weight file is missing.
 */
export async function openModel(file: string, size?: number): Promise<OpenedModel> {
  const { format, artifacts } = await readArtifacts(file);
  if (format === 'layers-model') {
    const model: LayersModel = await loadLayersModel(io.fromMemory(artifacts));
    const input = imageShape(file, model.inputs[0]!.shape, size);
    const cut = (tap?: string) => prepareModel(model, tap === undefined ? {} : { tap });
    return { kind: 'LayersModel', input, taps: suggestTaps(model), cut };
  }
  const model: GraphModel = await loadGraphModel(io.fromMemory(artifacts));
  const input = imageShape(file, model.inputs[0]!.shape ?? [], size);
  const options = { size: [input[0], input[1]] } as const;
  const cut = (tap?: string) =>
    prepareGraph(model, tap === undefined ? options : { ...options, tap });
  return { kind: 'GraphModel', input, taps: suggestGraphTaps(model, options), cut };
}

async function readArtifacts(file: string) {
  const expected = 'It should be a model.json that TensorFlow.js or its converter wrote.';
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`${file}: there is no such file. ${expected}`);
  });
  let json: io.ModelJSON;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${file} is not JSON. ${expected}`);
  }
  const { modelTopology, weightsManifest, format, signature } = json;
  if (!modelTopology || !weightsManifest)
    throw new Error(`${file} has no modelTopology or no weightsManifest. ${expected}`);
  const paths = weightsManifest.flatMap(group => group.paths);
  const shards = await Promise.all(
    paths.map(path =>
      readFile(join(dirname(file), path)).catch(() => {
        throw new Error(`${file} names the weights ${path}, which are not beside it.`);
      }),
    ),
  );
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest.flatMap(group => group.weights);
  const artifacts = { modelTopology, weightSpecs, weightData, format, signature };
  // Old files do not say; only a graph has nodes.
  const graph = format === 'graph-model' || 'node' in modelTopology;
  return { format: graph ? 'graph-model' : 'layers-model', artifacts } as const;
}

function imageShape(
  file: string,
  shape: readonly (number | null)[],
  size = 224,
): [number, number, number] {
  const [, height, width, channels] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3))
    throw new Error(
      `${file}: its first input should be images [N, H, W, 3] or [N, H, W, 1], and is [${shape.join(', ')}].`,
    );
  const known = (side: number | null | undefined) => (side && side > 0 ? side : size);
  return [known(height), known(width), channels];
}
