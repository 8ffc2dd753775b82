import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PlanError } from '../../src/errors';
import { writePlan } from '../../src/shards/plan-file';
import type { PlanEntry, PlanHead } from '../../src/shards/schema';
import { shardVersions } from '../../src/shards/versions';
import { workShard } from '../../src/shards/work';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'elsewhere-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inspection: PlanHead['work'] = {
  ...{ what: 'inspect', copies: 'exact', name: 'photos', findings: [] },
};
const sha256 = 'a'.repeat(64);
const planned = async (
  entry: PlanEntry,
  root: string,
  job: Pick<PlanHead, 'work' | 'classifier' | 'engine'> = { work: inspection },
) => {
  const head = { ...job, root, versions: shardVersions(), block: 64 };
  return (await writePlan(join(folder, 'photos.plan'), head, [entry], 1)).path;
};

test('where the folder of the photos is not there, a shard fails and says so, and gives no rows', async () => {
  const lost = join(folder, 'lost');
  const plan = await planned({ id: 'a.jpg', bytes: 7 }, lost);
  await expect(workShard(plan, { shard: 0 })).rejects.toThrow(PlanError);
  await expect(workShard(plan, { shard: 0 })).rejects.toThrow(
    /photos are in .*lost, which is not there on this machine\. Say where they are with --root/,
  );
  // In a folder that is there, a photo that is gone has a row.
  expect(await workShard(plan, { shard: 0, root: folder })).toMatchObject({ unread: 1 });
});

test('photos with whole paths need no such folder', async () => {
  const plan = await planned({ id: join(folder, 'a.jpg'), bytes: 7 }, join(folder, 'lost'));
  expect(await workShard(plan, { shard: 0 })).toMatchObject({ photos: 1, unread: 1 });
});

test('where the classifier is not there, a shard says how to name its place', async () => {
  const plan = await planned({ id: 'a.jpg', bytes: 7 }, folder, {
    work: { what: 'predict', views: 1 },
    classifier: { address: join(folder, 'runs/pets'), sha256, weights: [sha256] },
    engine: 'cpu',
  });
  await expect(workShard(plan, { shard: 0 })).rejects.toThrow(
    /classifier is in .*pets, which is not there on this machine\. Say where it is with --run/,
  );
});
