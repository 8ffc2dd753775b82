import { join } from 'node:path';
import { type PhotoSet, toManifest } from '@shroom/data';
import { writeAtomically } from '@shroom/train/node';
import { type NamedPhotos, openSet } from '../photos/open-set';
import { type PhotoSplit, splitPhotos, validationHalves } from '../photos/splitting';
import { type TaskOfPhotos, taskOfPhotos } from '../photos/truth';
import type { OnProgress } from '../progress';
import { type RunConfiguration, splitOfRun } from './folder';

/** The photos of a run, what is learned of them, and how they are split. */
export interface RunPhotos {
  readonly photos: NamedPhotos;
  readonly parts: PhotoSplit;
  readonly learned: TaskOfPhotos;
  /** How many photos are new since the run began, and not used. */
  readonly added: number;
}

/** Opens photos and splits them, or takes the split of the run that goes on; the split is in the folder then. */
export async function photosOfRun(
  folder: string,
  from: string | PhotoSet,
  configuration: RunConfiguration,
  work: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
): Promise<RunPhotos> {
  const { group, seed, task } = configuration;
  const opened = await openSet(from, configuration, work);
  const earlier = await splitOfRun(folder, opened);
  const photos = earlier?.photos ?? opened;
  const learned = taskOfPhotos(photos, task);
  if (earlier) {
    const halves = validationHalves(photos, earlier.split, group, seed);
    return { photos, parts: { ...earlier, halves }, learned, added: earlier.added };
  }
  const parts = await splitPhotos(photos, group, seed, configuration.split);
  const manifest = toManifest(photos, parts.split, { rule: parts.rule, seed });
  await writeAtomically(join(folder, 'split.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return { photos, parts, learned, added: 0 };
}
