import type { Finding } from '@shroom/data';
import { writePhotoIndex } from '@shroom/data/node';
import { photosOf } from '../photos';
import { entriesOf } from '../plan-file';
import { type ExaminedRow, examinedOf, labeledOf } from './examined';
import type { Merging, WorkOf } from './kind';
import { linesOf } from './rows';

/** Writes an index of the photos. Only the hashes of all photos are in memory. */
export async function mergeHashes(merging: Merging): Promise<void> {
  const { plan, out, root, rows, onCopies, signal } = merging;
  const { findings, expected } = plan.head.work as WorkOf<'hash'>;
  async function* indexed() {
    const examined = linesOf<ExaminedRow>(rows());
    for (const shard of plan.head.shards.keys()) {
      signal?.throwIfAborted();
      for (const photo of photosOf(plan.path, await entriesOf(plan, shard), root, 0)) {
        const { value } = await examined.next();
        yield { ...labeledOf(photo), examined: examinedOf(value as ExaminedRow) };
      }
    }
    // Reads what is left, so that the hash of the last rows is checked.
    await examined.next();
  }
  const head = {
    ...{ photos: plan.head.photos, findings: findings as Finding[] },
    ...(expected !== undefined && { expected }),
  };
  const { copies } = await writePhotoIndex(out, head, indexed(), signal ? { signal } : {});
  onCopies(copies);
}
