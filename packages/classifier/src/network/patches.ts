import { findArchitecture } from '@shroom/models';
import { UnsupportedNetworkError } from '../errors';
import { type BackboneWeights, chosenWeights } from './weights';

type Networks = Parameters<typeof chosenWeights>[0];

/** Side of the squares in pixels that photos are resized to by default. */
export const usualSize = 299;

/** The smallest and the largest side that can be asked for. */
export const [smallestSize, largestSize] = [16, 4096];

/** The side of photos that is usual, or the largest one below it that is filled by the patches of all transformers among the networks. */
export function sizeFor(networks: Networks): number {
  const step = stepOf(chosenWeights(networks));
  return Math.max(step, usualSize - (usualSize % step));
}

/**
 * Checks that photos of this size consist of whole patches. A transformer does not see pixels that fill no patch.
 *
 * @throws UnsupportedNetworkError that names the next sizes.
 */
export function requireWholePatches(networks: Networks, size: number): void {
  const weights = chosenWeights(networks);
  const step = stepOf(weights);
  const rest = size % step;
  if (rest === 0) return;
  const least = weights.map(each => findArchitecture(each.architecture).minimumSize);
  const smallest = Math.max(smallestSize, ...least);
  const above = Math.ceil(Math.max(size, smallest) / step) * step;
  const next = [size - rest, above].filter(side => side >= smallest && side <= largestSize);
  const cutters = weights.filter(each => patchOf(each) > 1);
  const cut = cutters.map(each => `${each.architecture} into patches of ${patchOf(each)}`);
  throw new UnsupportedNetworkError(
    `Photos of ${size} pixels are cut by ${cut.join(' and by ')}, which leaves some pixels unseen. Take ${next.join(' or ')} pixels.`,
  );
}

/** The smallest number of which every patch's side is a divisor. */
function stepOf(weights: readonly BackboneWeights[]): number {
  return weights.map(patchOf).reduce((all, patch) => (all / divisor(all, patch)) * patch, 1);
}

/** Side of the patches of a transformer; 1 for other networks. */
function patchOf({ architecture }: BackboneWeights): number {
  const { tokens, taps } = findArchitecture(architecture);
  return tokens ? taps[0]!.stride : 1;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
