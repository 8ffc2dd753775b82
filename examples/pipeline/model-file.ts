import { type PreparedModel, prepareModel, suggestTaps, type TapSuggestion } from '@shroom/gradcam';
import { prepareGraph, suggestGraphTaps } from '@shroom/gradcam/graph';
import { readTfjsModel } from '@shroom/models/node';
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
  /** Frees the weights. */
  dispose(): void;
}

/** A file is no model that can be opened. Its weights have errors of their own. */
class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

/**
 * Opens a `model.json` as tfjs and its converter write it, with the weight files beside it.
 *
 * @param size Side of the images, where the model leaves it open.
 * @throws TfjsWeightsError when it is no such file, or its weights are not beside it at the length that it states;
 *   ModelFileError when TensorFlow.js cannot build its network, or it takes no images.
 */
export async function openModel(file: string, size?: number): Promise<OpenedModel> {
  const artifacts = await readTfjsModel(file);
  const { format, modelTopology } = artifacts;
  // Old files do not say; only a graph has nodes.
  const isGraph = format === 'graph-model' || 'node' in modelTopology;
  try {
    return isGraph
      ? describeGraph(file, await loadGraphModel(io.fromMemory(artifacts)), size)
      : describeLayers(file, await loadLayersModel(io.fromMemory(artifacts)), size);
  } catch (cause) {
    if (cause instanceof ModelFileError) throw cause;
    throw new ModelFileError(`${file} cannot be built: ${(cause as Error).message}`, { cause });
  }
}

function describeLayers(file: string, model: LayersModel, size: number | undefined): OpenedModel {
  const input = imageShape(file, model.inputs[0]!.shape, size);
  const cut = (tap?: string) => prepareModel(model, tap === undefined ? {} : { tap });
  const dispose = () => void model.dispose();
  return { kind: 'LayersModel', input, taps: suggestTaps(model), cut, dispose };
}

function describeGraph(file: string, model: GraphModel, size: number | undefined): OpenedModel {
  const input = imageShape(file, model.inputs[0]?.shape ?? [], size);
  const options = { size: [input[0], input[1]] } as const;
  const cut = (tap?: string) =>
    prepareGraph(model, tap === undefined ? options : { ...options, tap });
  const dispose = () => model.dispose();
  return { kind: 'GraphModel', input, taps: suggestGraphTaps(model, options), cut, dispose };
}

function imageShape(
  file: string,
  shape: readonly (number | null)[],
  size = 224,
): [number, number, number] {
  const [, height, width, channels] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3))
    throw new ModelFileError(
      `${file}: its first input should be images [N, H, W, 3] or [N, H, W, 1], and is [${shape.join(', ')}].`,
    );
  const known = (side: number | null | undefined) => (side && side > 0 ? side : size);
  return [known(height), known(width), channels];
}
