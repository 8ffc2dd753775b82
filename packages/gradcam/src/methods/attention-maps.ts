import {
  add,
  dispose,
  div,
  divNoNan,
  eye,
  matMul,
  max,
  mean,
  min,
  mul,
  norm,
  relu,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';
import type { Value } from '../model/operations';
import {
  AttentionFailure,
  type AttentionLayer,
  type Attentions,
  attentionsOf,
  disposeAttentions,
} from './attention';
import { tokensRead } from './tokens-read';

export { AttentionFailure };

/** Attention rollout: see `rollout`. */
export const rolloutMap = (evidence: Evidence): Promise<Tensor3D> =>
  mapRead(evidence, attentionsOf(evidence, 'rollout', false), (attentions, shares) => {
    const [first, ...others] = attentions.layers.map(({ weights }) => {
      const mixed = add(mean(weights, 1), eye(weights.shape[2]));
      return div(mixed, sum(mixed, -1, true));
    });
    return read(
      others.reduce((joint, each) => matMul(each, joint), first!),
      attentions,
      shares,
    );
  });

/** Generic attention explainability: see `genericAttention`. */
export const genericAttentionMap = (evidence: Evidence): Promise<Tensor3D> =>
  mapRead(evidence, attentionsOf(evidence, 'genericAttention', true), (attentions, shares) => {
    const itself = eye(attentions.layers[0]!.weights.shape[2]);
    let relevance: Tensor = itself;
    for (const { weights, gradient } of attentions.layers) {
      const raised = mean(relu(mul(gradient!, weights)), 1);
      relevance = add(relevance, matMul(raised, relevance));
    }
    // What each token is to itself would be the same for all patches.
    return read(sub(relevance, itself), attentions, shares);
  });

/** Grad-ECLIP: see `gradEclip`. */
export const gradEclipMap = (evidence: Evidence, layers: number): Promise<Tensor3D> =>
  mapRead(evidence, attentionsOf(evidence, 'gradEclip', true), (attentions, shares) => {
    const length = attentions.layers[0]!.weights.shape[3];
    const first = shares.filter((_, index) => index % length === 0);
    if (!attentions.classToken || (shares.some(Boolean) && !first.some(Boolean)))
      throw new AttentionFailure(
        'gradEclip() explains what the class token reads, and this classifier does not read it. Take genericAttention(), leGrad() or gradCam().',
      );
    const maps = chosen(attentions, layers).map(layer => {
      const { all, mixGradient } = layer;
      const [count, tokens, width] = all.shape as [number, number, number];
      const channels = width / 3;
      const [query, keys, values] = [0, 1, 2].map(part => {
        const [start, length] =
          part === 0 ? [0, 1] : [attentions.prefix, tokens - attentions.prefix];
        return slice(all, [0, start, part * channels], [count, length, channels]);
      }) as [Tensor, Tensor, Tensor];
      const lengths = mul(norm(query, 2, -1), norm(keys, 2, -1));
      const cosines = div(sum(mul(query, keys), -1), lengths);
      const [low, high] = [min(cosines, 1, true), max(cosines, 1, true)];
      // Of a single patch there is no difference.
      const share = divNoNan(sub(cosines, low), sub(high, low));
      const importance = slice(mixGradient!, [0, 0, 0], [count, 1, channels]);
      return relu(mul(sum(mul(importance, values), -1), share));
    });
    return asMap(total(maps), attentions);
  });

/** LeGrad: see `leGrad`. One forward pass for each layer. */
export async function leGradMap(evidence: Evidence, layers: number): Promise<Tensor3D> {
  const ends = await blockEnds(evidence);
  const last = ends.at(-1)!;
  let sumOfMaps: Tensor3D | undefined;
  for (let index = Math.max(0, ends.length - layers); index < ends.length; index++) {
    evidence.signal?.throwIfAborted();
    let own: Tensor | undefined;
    // The classifier reads the tokens after this block in place of those after the last one.
    const reading = attentionsOf(evidence, 'leGrad', true, (value, tensor) => {
      if (value === ends[index]) own = tensor;
      return value === last ? own! : tensor;
    });
    const map = await mapOf(reading, attentions => {
      const { gradient } = attentions.layers[index]!;
      const patches = gradient!.shape[3] - attentions.prefix;
      const raised = mean(relu(gradient!), [1, 2]);
      return asMap(slice(raised, [0, attentions.prefix], [-1, patches]), attentions);
    });
    const before = sumOfMaps;
    sumOfMaps = before ? add<Tensor3D>(before, map) : map;
    if (before) dispose([before, map]);
  }
  return sumOfMaps!;
}

/** The tokens after each block: what the norm of the next block reads or, at the end, the first norm that reads all of them. */
async function blockEnds(evidence: Evidence): Promise<Value[]> {
  const read: Value[] = [];
  let latest: Value | undefined;
  const { layers, tokens } = await attentionsOf(evidence, 'leGrad', false, (value, tensor) => {
    const kind = value.operation?.layer.getClassName() ?? '';
    if (/norm/i.test(kind) && tensor.rank === 3) latest = value.operation!.inputs[0];
    if (kind === 'ShroomAttentionWeights' && latest) read.push(latest);
    return tensor;
  });
  disposeAttentions(layers);
  // Another norm may follow, with which a classifier of one's own begins.
  const { layer, inputs } = tokens.operation!;
  return [...read.slice(1), /norm/i.test(layer.getClassName()) ? inputs[0]! : tokens];
}

async function mapOf(
  reading: Promise<Attentions>,
  make: (attentions: Attentions) => Tensor,
): Promise<Tensor3D> {
  const attentions = await reading;
  try {
    return tidy(() => make(attentions) as Tensor3D);
  } finally {
    disposeAttentions(attentions.layers);
  }
}

/** As {@link mapOf}, with the share of each token in what the classifier reads. */
const mapRead = (
  evidence: Evidence,
  reading: Promise<Attentions>,
  make: (attentions: Attentions, shares: Float32Array) => Tensor,
): Promise<Tensor3D> =>
  reading.then(async attentions => {
    let shares: Float32Array;
    try {
      shares = await tokensRead(evidence, attentions);
    } catch (error) {
      disposeAttentions(attentions.layers);
      throw error;
    }
    return mapOf(reading, () => make(attentions, shares));
  });

/** The last layers. */
const chosen = ({ layers }: Attentions, count: number): readonly AttentionLayer[] =>
  layers.slice(Math.max(0, layers.length - count));

const total = (maps: readonly Tensor[]): Tensor => maps.reduce((all, map) => add(all, map));

/** What the tokens that the classifier reads have of each patch: rows of `[N, T, T]`, each by its share. */
function read(relevance: Tensor, attentions: Attentions, shares: Float32Array): Tensor {
  const { prefix } = attentions;
  const [count, length] = relevance.shape as [number, number, number];
  const joint = matMul(tensor3d(shares, [count, 1, length]), relevance);
  return asMap(slice(joint, [0, 0, prefix], [count, 1, length - prefix]), attentions);
}

const asMap = (patches: Tensor, { rows, columns }: Attentions): Tensor =>
  reshape(patches, [-1, rows, columns]);
