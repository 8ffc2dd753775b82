import {
  cast,
  type DataType,
  type NamedTensorMap,
  squeeze,
  type Tensor,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { isOpen, layoutOf } from '../model/images';
import { chosenInput, type Port, repeated } from '../model/ports';
import type { ImageInput, PrepareOptions } from '../model/prepared';
import { TapError } from '../model/tap';
import { type GraphTopology, nodeOf } from './topology';

/** The parts of `tf.GraphModel` that this library uses. */
export interface GraphModelLike {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape?: readonly number[] | undefined;
    readonly dtype?: DataType;
  }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly weights: Readonly<Record<string, readonly Tensor[]>>;
  execute(inputs: NamedTensorMap, outputs: string | string[]): Tensor | Tensor[];
}

/** The options of `prepareModel`, for a graph. A tap is the name of a node with a 4-D output, or the name of the model's input. */
export interface PrepareGraphOptions extends PrepareOptions {
  /** The `modelTopology` of model.json. Default: the topology that the loaded model holds. */
  readonly topology?: GraphTopology;
  /** `[height, width]` of the images in pixels, for a model that does not fix it. */
  readonly size?: readonly [number, number];
}

/** A graph together with the input that takes the images. */
export interface GraphSource {
  readonly model: GraphModelLike;
  readonly images: ImageInput;
  /** Name of the images' placeholder in the graph. */
  readonly node: string;
  /** Other names of the images' input. */
  readonly names: readonly string[];
  /** Returns the inputs to feed to the graph for images `[N, H, W, C]`. */
  inputs(images: Tensor): NamedTensorMap;
  /** Creates an image of zeros, `[1, H, W, C]`. */
  example(): Tensor;
  run(given: NamedTensorMap, wanted: readonly string[]): Tensor[];
}

/**
 * @throws TapError when the size of the images is unknown, when an input has no value, or when the
 * graph takes only batches of one size above 1.
 */
export function graphSource(model: GraphModelLike, options: PrepareGraphOptions): GraphSource {
  const ports = model.inputs.map(({ name, shape = [], dtype = 'float32' }) => ({
    id: name,
    names: namesOf(model, 'inputs', name),
    shape,
    dtype,
  }));
  const input = chosenInput<Port & { dtype: DataType }>(ports, options);
  const layout = layoutOf(input.shape, false);
  const images: ImageInput = {
    name: input.id,
    shape: input.shape,
    dtype: input.dtype,
    exact: true,
    layout,
  };
  const given = (photos: Tensor) => {
    const typed = cast(photos, input.dtype);
    if (input.shape.length === 3) return squeeze(typed, [0]);
    return layout === 'NCHW' ? transpose(typed, [0, 3, 1, 2]) : typed;
  };
  return {
    model,
    images,
    node: nodeOf(input.id),
    names: [input.id, nodeOf(input.id), ...input.names],
    inputs: photos =>
      Object.fromEntries(
        ports.map(port => [
          port.id,
          port.id === input.id ? given(photos) : repeated(port, options.given, photos),
        ]),
      ),
    example: () => zeros([1, ...imageShape(images, options.size)]),
    run: (fed, wanted) => execute(model, fed, wanted),
  };
}

/** Other names of an input or output: the key in the model's signature, and the name without the number of the output. */
export function namesOf(model: GraphModelLike, side: 'inputs' | 'outputs', name: string): string[] {
  const signature = Reflect.get(model, 'modelSignature') as
    | Record<string, Record<string, { readonly name?: string }> | undefined>
    | undefined;
  const keys = Object.entries(signature?.[side] ?? {}).flatMap(([key, port]) =>
    nodeOf(port?.name ?? '') === nodeOf(name) ? [key] : [],
  );
  return [nodeOf(name), `${nodeOf(name)}:0`, ...keys];
}

function execute(
  model: GraphModelLike,
  given: NamedTensorMap,
  wanted: readonly string[],
): Tensor[] {
  try {
    return [model.execute(given, [...wanted])].flat();
  } catch (error) {
    const rows = Object.values(given)[0]!.shape[0];
    if (rows === 1) throw error;
    throw new TapError(
      `The graph could not be run on ${rows} images at once: ${(error as Error).message} If it is made for one image, explain one at a time, with { batch: 1 }.`,
      { cause: error },
    );
  }
}

export function heldTopology(model: GraphModelLike): GraphTopology {
  const artifacts: unknown = Reflect.get(model, 'artifacts');
  const held = (artifacts as { modelTopology?: GraphTopology } | undefined)?.modelTopology;
  if (!held?.node)
    throw new TapError("The model holds no topology. Give the 'modelTopology' of its model.json.");
  return held;
}

/** Shape `[H, W, C]` of an image, whatever the model's layout. */
function imageShape(
  { name, shape, layout }: ImageInput,
  size: PrepareGraphOptions['size'],
): number[] {
  const single = shape.length === 3 && !isOpen(shape[0]);
  if (shape.length !== 4 && !single)
    throw new TapError(
      `'${name}' takes [${shape.join(', ')}], but heat maps need images: [N, H, W, C] or [H, W, C]. If another input takes the images, name it: { input: name }. Sound and text cannot be explained.`,
    );
  const [rows, ...image] = single ? [1, ...shape] : shape;
  const [height, width, channels] = layout === 'NCHW' ? [image[1], image[2], image[0]] : image;
  if (rows! > 1)
    throw new TapError(
      `The graph takes only batches of ${rows} images. Convert the model with an open batch size, or with a batch size of 1.`,
    );
  const found = [size?.[0] ?? height, size?.[1] ?? width, channels];
  if (found.some(isOpen)) {
    throw new TapError(
      `The model's images are [${found.join(', ')}]. Give their height and width as 'size'.`,
    );
  }
  return found as number[];
}
