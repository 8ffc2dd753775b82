import { version } from '../../package.json';
import { PlanError } from '../errors';
import { versionsOf } from '../run/versions';
import type { OpenPlan } from './plan-file';

/** Versions of the software that must be the same for all shards. */
export function shardVersions(): Record<string, string> {
  const { engine: _, node: __, platform: ___, ...versions } = versionsOf({ name: 'cpu' });
  return { '@shroom/classifier': version, ...versions };
}

/** @throws PlanError when other versions are installed than those that the plan was made with. */
export function requireVersions({ path, head }: OpenPlan): void {
  const here = shardVersions();
  const others = Object.entries(head.versions)
    .filter(([name, version]) => here[name] !== version)
    .map(([name, version]) => `${name} ${version} (here ${here[name] ?? 'none'})`);
  if (others.length > 0)
    throw new PlanError(
      path,
      `it was made with ${others.join(', ')}. Results of different versions do not belong in one file: install the same here, or plan again.`,
    );
}
