import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ExplainOptions, type Explanation, explain } from '../explain';
import { type Explainable, partsOf } from '../model/source';
import { centerBaseline, randomBaseline } from './baselines';
import { randomization } from './randomization';
import { road } from './road';
import { sensitivity } from './robustness';

export interface TrustOptions extends ExplainOptions {
  /** The explained model. If it is given, the map is also made with random weights; the model's weights are changed in the meantime. */
  readonly model?: LayersModel;
  /** Largest change of the map, as a share of its size, that still counts as stable. Default 0.5. */
  readonly stable?: number;
  /** Largest allowed rank correlation with the map of the same network with random weights. Default 0.7. */
  readonly similar?: number;
  /** Seed, an integer. Default 0. */
  readonly seed?: number;
}

/** The measured values of a map. For `road` larger is better, for the others smaller. */
export interface Measured {
  /** Combined ROAD of the map, of the best of three random maps, and of a blob in the center. */
  readonly road: { readonly own: number; readonly random: number; readonly center: number };
  /** Largest change of the map when the image changes by 2 %. */
  readonly sensitivity: number;
  /** Rank correlation with the map of the same network with random weights; absent without `model`. */
  readonly similarity?: number;
}

export interface Verdict {
  readonly explanation: Explanation;
  /** Whether the map passed every check that was made. */
  readonly trusted: boolean;
  /** The reasons in sentences, for trusted maps too. */
  readonly reasons: readonly string[];
  readonly measured: Measured;
}

/** See `trust` in trust.ts. */
export async function trust(
  explained: Explainable,
  images: Tensor,
  options: TrustOptions = {},
): Promise<Verdict[]> {
  const [parts, own] = await partsOf(explained, options);
  const { model, stable = 0.5, similar = 0.7, seed = 0, ...explaining } = own;
  const { target, batch, signal } = explaining;
  const watching = {
    ...(target && { target }),
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
  };
  const explanations = await explain(parts, images, explaining);
  const same = { ...explaining, classIndex: explanations.map(({ classIndex }) => classIndex) };
  const roadOf = async (method: ExplainOptions['method']) => {
    const maps = method ? await explain(parts, images, { ...same, method }) : explanations;
    return (await road(parts, images, maps, watching)).map(({ combined }) => combined);
  };
  const found = await roadOf(undefined);
  const center = await roadOf(centerBaseline());
  const random: number[][] = [];
  for (let draw = 0; draw < 3; draw++) random.push(await roadOf(randomBaseline(3 * seed + draw)));
  const moved = await sensitivity(parts, images, { ...same, samples: 4, seed });
  const stages = model
    ? await randomization(model, parts, images, { ...same, stages: 2, seed })
    : [];

  return explanations.map((explanation, image) => {
    const measured: Measured = {
      road: {
        own: found[image]!,
        random: Math.max(...random.map(scores => scores[image]!)),
        center: center[image]!,
      },
      sensitivity: moved[image]!,
      ...(stages.length > 0 && {
        similarity: Math.max(...stages.map(({ similarity }) => similarity[image]!)),
      }),
    };
    const checks = checked(explanation, measured, { stable, similar, classes: parts.classes });
    return {
      explanation,
      trusted: checks.every(({ passed }) => passed),
      reasons: checks.map(({ reason }) => reason),
      measured,
    };
  });
}

interface Check {
  readonly passed: boolean;
  readonly reason: string;
}

/** What multiplying by 100 may add. */
const rounding = 1e-9;

function checked(
  explanation: Explanation,
  { road: { own, random, center }, sensitivity: moved, similarity }: Measured,
  { stable, similar, classes }: Record<'stable' | 'similar' | 'classes', number>,
): Check[] {
  if (explanation.flat) return [{ passed: false, reason: nothingToDraw(explanation, classes) }];
  const figure = (value: number) => value.toFixed(3);
  // A difference that the figures do not show is one of rounding.
  const beats = (other: number) => Number(figure(own)) > Number(figure(other));
  // Rounded up, so that a map which is not stable has a figure above the limit.
  const shown = Math.ceil(100 * moved - rounding);
  const checks = [
    check(
      beats(center),
      `Better than a blob in the center: ROAD ${figure(own)} against ${figure(center)}.`,
      `Not better than a blob in the center: ROAD ${figure(own)} against ${figure(center)}.`,
    ),
    check(
      beats(random),
      `Better than random maps: ROAD ${figure(own)} against ${figure(random)}.`,
      `Not better than random maps: ROAD ${figure(own)} against ${figure(random)}.`,
    ),
    check(
      shown <= 100 * stable + rounding,
      `Stable: when the image changes by 2 %, the map changes by at most ${shown} %.`,
      `Not stable: when the image changes by 2 %, the map changes by ${shown} %.`,
    ),
  ];
  if (similarity === undefined) return checks;
  return [
    ...checks,
    check(
      similarity <= similar,
      `Depends on what the network has learned: with random weights, the map ranks its positions differently (correlation ${figure(similarity)}).`,
      `Hardly depends on what the network has learned: with random weights, the map is nearly the same (correlation ${figure(similarity)}).`,
    ),
  ];
}

/** Says why a map is empty, and what to try instead. */
function nothingToDraw({ emptiness, classIndex }: Explanation, classes: number): string {
  const said = `The map says nothing: its values are ${emptiness}.`;
  if (emptiness !== 'negative' || classes < 2) return said;
  const other = classIndex === 0 ? 1 : 0;
  return `${said} No position speaks for class ${classIndex}. explain(model, images, { classIndex: ${other} }) shows the evidence for class ${other}, and 'signed' contains the evidence against class ${classIndex}.`;
}

const check = (passed: boolean, good: string, bad: string): Check => ({
  passed,
  reason: passed ? good : bad,
});
