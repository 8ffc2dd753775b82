import { type PreparedModel, prepareModel, suggestTaps, type TapSuggestion } from '@shroom/gradcam';
import { prepareGraph, suggestGraphTaps } from '@shroom/gradcam/graph';
import { readTfjsModel } from '@shroom/models/node';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';

/** A model from a file that can be explained. */
export interface OpenedModel {
  readonly kind: 'LayersModel' | 'GraphModel';
  /** Height, width and channels of the model's images. */
  readonly input: readonly [number, number, number];
  /** Layers that are worth tapping, best first. */
  readonly taps: readonly TapSuggestion[];
  cut(tap?: string): PreparedModel;
  /** Frees the weights. */
  dispose(): void;
}

/** Thrown when a file is not a model that can be opened. Errors about its weights have other classes. */
class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

/**
 * Opens a `model.json` as written by tfjs or its converter, with the weight files beside it.
 *
 * @param size Side length of the images, if the model does not fix it.
 * @throws TfjsWeightsError when the file is not such a file, or when its weight files are missing or have the wrong length.
 * @throws ModelFileError when TensorFlow.js cannot build the network, or when its input is not images.
 */
export async function openModel(file: string, size?: number): Promise<OpenedModel> {
  const artifacts = await readTfjsModel(file);
  const { format, modelTopology } = artifacts;
  // Old files do not state their format. Only a graph has nodes.
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
      `${file}: its first input should be images [N, H, W, 3] or [N, H, W, 1], not [${shape.join(', ')}].`,
    );
  const known = (side: number | null | undefined) => (side && side > 0 ? side : size);
  return [known(height), known(width), channels];
}
