import type { Finding } from '@shroom/data';
import { collectPhotos, type ExaminedPhoto, inspect as inspectSet } from '@shroom/data/node';
import { writeInspection } from '../../inspect';
import { Meter } from '../../progress';
import { photosOf } from '../photos';
import { entriesOf } from '../plan-file';
import type { PlanEntry } from '../schema';
import { type ExaminedRow, examinedOf, labeledOf } from './examined';
import type { Merging, WorkOf } from './kind';
import { linesOf } from './rows';

/** Writes what `inspect` writes: `inspection.json` and `index.html`. */
export async function mergeInspection(merging: Merging): Promise<void> {
  const { plan, out, root, rows, onProgress, signal } = merging;
  const {
    name,
    findings,
    expected,
    copies,
    what: _,
    ...limits
  } = plan.head.work as WorkOf<'inspect'>;
  const examined = new Map<string, ExaminedPhoto>();
  for await (const row of linesOf<ExaminedRow>(rows())) examined.set(row.photo, examinedOf(row));
  const entries: PlanEntry[] = [];
  for (const shard of plan.head.shards.keys()) entries.push(...(await entriesOf(plan, shard)));
  const photos = photosOf(plan.path, entries, root, 0);
  const known = { examined: (id: string) => examined.get(id) };
  const work = signal ? { signal } : {};
  const listed = {
    candidates: photos.map(photo => ({ className: '', ...labeledOf(photo) })),
    findings: findings as Finding[],
    ...(expected !== undefined && { expected }),
  };
  const set = await collectPhotos(root, listed, {
    ...{ ...known, ...work, leastPerClass: 1, copies: 'exact' },
  });
  const meter = new Meter('inspecting photos', 'photos', onProgress);
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  const inspection = await inspectSet(set, {
    ...{ ...Object.fromEntries(given), ...known, ...work },
    onProgress: ({ done, total }) => meter.update(done, total),
  });
  await writeInspection(out, inspection, { name, ...set });
}
