import { explain, prepareModel } from '@shroom/gradcam';
import { prepareGraph } from '@shroom/gradcam/graph';
import { dispose, type NamedTensorMap, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { type Artifacts, artifactsOf } from './artifacts';
import { type Bare, withoutEnding } from './ending';
import { differences, mapOf, slopesOf, steps, watched, weightsOf } from './gradient';
import { isLayers, load, type Model, type Port, portsOf, predict, values } from './models';

/** The result for one output of a model. */
export interface Outcome {
  readonly output: string;
  readonly shape: string;
  /** 'refused': an error of this library. 'wrong': another error, or a map that differs from the independent one. */
  readonly kind: 'explained' | 'refused' | 'wrong';
  readonly says: string;
  /** Largest difference from the independent map, as a share of that map's largest value. */
  readonly map?: number;
  /** Largest difference of the independent gradient from finite differences, as a share of the largest. */
  readonly finite?: number;
  /** Largest difference of the reported probabilities from the model's own on `cpu`. */
  readonly reported?: number;
}

export interface Trial {
  readonly kind: 'layers' | 'graph';
  readonly input: string;
  /** Largest difference of `ort` from `cpu`, as a share of the output's largest value; or why the model does not run. */
  readonly predicted: number | string;
  readonly outcomes: readonly Outcome[];
}

/** Upper bounds of the differences, for single precision on two engines. */
export const bounds = { predicted: 5e-3, map: 1e-2, finite: 5e-2, reported: 1e-3 };

const ownErrors = [
  'TapError',
  'OutputError',
  'LogitsError',
  'GradientError',
  'NotLinearError',
  'TargetError',
];
const openSize = 32;

export async function tried(file: string): Promise<Trial> {
  const artifacts = artifactsOf(file);
  await setBackend('cpu');
  const model = await load(artifacts);
  const { inputs, outputs } = portsOf(model);
  const input = inputs.map(worded).join(', ');
  const kind = isLayers(model) ? 'layers' : 'graph';
  const fed = values(inputs, openSize);
  let own: Float32Array[] = [];
  let shapes: number[][] = [];
  let predicted: number | string;
  try {
    const results = await predict(model, fed);
    shapes = results.map(result => result.shape);
    own = await numbers(results);
    await setBackend('ort');
    predicted = largest(await numbers(await predict(model, fed)), own);
  } catch (error) {
    predicted = (error as Error).message;
  }
  await setBackend('ort');
  const outcomes: Outcome[] = [];
  for (const [index, port] of outputs.entries()) {
    const shape = `[${(shapes[index] ?? port.shape.map(length => length ?? '?')).join(', ')}]`;
    outcomes.push({
      output: port.name,
      shape,
      ...(await explained(artifacts, model, fed, index === 0 ? undefined : port.name, own[index])),
    });
  }
  return { kind, input, predicted, outcomes };
}

type Found = Omit<Outcome, 'output' | 'shape'>;

/** Explains an output (by default the first), and compares the map with the independent one. */
async function explained(
  artifacts: Artifacts,
  model: Model,
  fed: NamedTensorMap,
  output: string | undefined,
  own: Float32Array | undefined,
): Promise<Found> {
  const images = Object.values(fed).find(({ rank }) => rank === 4) ?? Object.values(fed)[0]!;
  const open = portsOf(model).inputs.some(({ shape }) => openImage(shape));
  const options = {
    ...(output !== undefined && { output }),
    ...(open && !isLayers(model) && { size: [openSize, openSize] as const }),
  };
  try {
    const [explanation] = await explain(model, images, options);
    const { classIndex, probabilities, signed, target } = explanation!;
    const parts = isLayers(model) ? prepareModel(model, options) : prepareGraph(model, options);
    const name = output ?? model.outputs[0]!.name;
    const bare = withoutEnding(artifacts, name);
    const says = `class ${classIndex} at '${parts.tap}': ${target.name}`;
    if (bare.ending !== expectedEnding(parts.link))
      return { kind: 'wrong', says: `${says}; the model ends in ${bare.ending}` };
    const one = bare.ending === 'sigmoid' && explanation!.logits.length === 1;
    const pick = { output: name, index: one ? 0 : classIndex, sign: one && !classIndex ? -1 : 1 };
    const map = await independent(bare, fed, parts.tap, pick, signed.values);
    const reported = own ? largest([probabilities], [own]) : 0;
    const right =
      map.map <= bounds.map && (map.finite ?? 0) <= bounds.finite && reported <= bounds.reported;
    return {
      kind: right ? 'explained' : 'wrong',
      says,
      map: map.map,
      ...(map.finite !== undefined && { finite: map.finite }),
      reported,
    };
  } catch (error) {
    const { name, message, stack } = error as Error;
    if (ownErrors.includes(name)) return { kind: 'refused', says: `${name}: ${message}` };
    return { kind: 'wrong', says: stack ?? message };
  }
}

const expectedEnding = (link: string): Bare['ending'] =>
  link === 'linear' ? 'none' : (link as Bare['ending']);

/** The independent gradient: computed on `cpu`, and compared with finite differences on `ort`. */
async function independent(
  bare: Bare,
  fed: NamedTensorMap,
  tap: string,
  pick: { output: string; index: number; sign: number },
  signed: Float32Array,
) {
  await setBackend('cpu');
  const model = await load(bare.artifacts);
  try {
    const on = watched(model, fed, tap, pick);
    const differentiated = await weightsOf(on).catch(error => {
      if (!/gradient function not found/.test(error.message)) throw error;
    });
    await setBackend('ort');
    const onOrt = watched(model, fed, tap, pick);
    const finite = differentiated && differences(onOrt, differentiated);
    // TensorFlow.js lacks some gradients, and has some wrong ones: for a maximum at several positions, each gets the whole
    // gradient.
    const right = finite !== undefined && finite <= bounds.finite;
    const weights = right ? [differentiated!] : steps.map(step => slopesOf(onOrt, step));
    const map = Math.min(...weights.map(each => largest([signed], [mapOf(onOrt, each)])));
    return right ? { map, finite } : { map };
  } finally {
    model.dispose();
    await setBackend('ort');
  }
}

async function numbers(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  const all = await Promise.all(tensors.map(tensor => tensor.data()));
  dispose([...tensors]);
  return all.map(each => Float32Array.from(each));
}

function largest(given: readonly Float32Array[], expected: readonly Float32Array[]): number {
  return Math.max(
    ...expected.map((values, index) => {
      const other = given[index]!;
      if (other.length !== values.length) return Infinity;
      const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = values.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - other[i]!)),
        0,
      );
      return error === 0 ? 0 : error / size;
    }),
  );
}

const openImage = (shape: Port['shape']) =>
  shape.length === 4 && shape.slice(1).some(length => length === null || length < 0);

const worded = ({ shape, dtype }: Port) =>
  `[${shape.map(length => (length === null || length < 0 ? '?' : length)).join(', ')}] ${dtype}`;
