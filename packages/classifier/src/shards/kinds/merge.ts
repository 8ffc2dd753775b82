import { type OpenPlan, stemOf } from '../plan-file';
import type { ShardedWork } from '../schema';
import { mergeExplanations } from './explain';
import { mergeFeatures } from './features';
import { mergeHashes } from './hash';
import { mergeInspection } from './inspect';
import type { Merging } from './kind';
import { mergePredictions } from './predict';

/** Writes the result of all shards, by the kind of work. */
export const mergers: Readonly<Record<ShardedWork, (merging: Merging) => Promise<void>>> = {
  predict: mergePredictions,
  inspect: mergeInspection,
  explain: mergeExplanations,
  features: mergeFeatures,
  hash: mergeHashes,
};

/** Where the result goes if the caller does not say it: a file or a folder beside the plan. */
export const resultPath = (plan: OpenPlan): string => {
  const { what } = plan.head.work;
  return `${stemOf(plan)}${{ predict: '.csv', hash: '.photos' }[what as string] ?? ''}`;
};
