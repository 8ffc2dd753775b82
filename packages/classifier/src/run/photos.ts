import { join } from 'node:path';
import { type PhotoSet, toManifest } from '@shroom/data';
import { writeAtomically } from '@shroom/train/node';
import { type NamedPhotos, openSet } from '../photos/open-set';
import { type PhotoSplit, splitPhotos, validationHalves } from '../photos/splitting';
import { type TaskOfPhotos, taskOfPhotos } from '../photos/truth';
import type { OnProgress } from '../progress';
import { type RunConfiguration, splitOfRun } from './folder';

/** The photos of a run, with their task and their split. */
export interface RunPhotos {
  readonly photos: NamedPhotos;
  readonly parts: PhotoSplit;
  readonly learned: TaskOfPhotos;
  /** Number of photos that were added after the run began, and are not used. */
  readonly added: number;
}

/**
 * Opens the photos of a run. A new run splits the photos and writes `split.json` to its folder; a continued run reads the split from
 * `split.json`.
 */
export async function photosOfRun(
  folder: string,
  from: string | readonly string[] | PhotoSet,
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
