import type { Photo, PhotoSet } from '@shroom/data';
import { PhotoSetError } from '@shroom/data/node';
import type { Truth } from '@shroom/train';
import type { TaskName } from '../task';

/** Indices of all classes of a photo. */
export const labelsOf = ({ label, labels }: Pick<Photo, 'label' | 'labels'>): readonly number[] =>
  labels ?? [label];

/** Names of all classes of a photo. */
export const namesOf = (photo: Photo, classes: readonly string[]): string[] =>
  labelsOf(photo).map(label => classes[label]!);

/** The task of a photo set, and the reason for it. */
export interface TaskOfPhotos {
  readonly task: TaskName;
  /** The reason in words. */
  readonly reason: string;
}

/**
 * Decides whether a photo has exactly one class or any number of classes.
 *
 * @param wanted The task that the user asked for. Default: the task that fits the photos.
 * @throws PhotoSetError when 'single-label' was asked for and some photos have several classes or none.
 */
export function taskOfPhotos(
  { name = 'photos', classes, photos }: PhotoSet,
  wanted?: TaskName,
): TaskOfPhotos {
  const several = photos.filter(photo => labelsOf(photo).length > 1);
  const none = photos.filter(photo => labelsOf(photo).length === 0);
  const found = [
    several.length > 0 && `${several.length} photos have several classes`,
    none.length > 0 && `${none.length} photos have none`,
  ].filter(Boolean);
  if (wanted === 'multi-label' || (wanted === undefined && found.length > 0)) {
    const asked = wanted && 'it was asked for';
    return { task: 'multi-label', reason: [asked, ...found].filter(Boolean).join('; ') };
  }
  const [first = none[0]] = several;
  if (!first)
    return {
      task: 'single-label',
      reason: wanted ? 'it was asked for' : 'each photo has one class',
    };
  const names = namesOf(first, classes).join("' and '");
  const such = names === '' ? `'${first.id}'` : `'${first.id}' with '${names}'`;
  throw new PhotoSetError(
    `${name}: ${found.join(', and ')}, such as ${such}. With the task 'single-label' each photo has one: leave these photos out, or take the task 'multi-label'.`,
  );
}

/**
 * The true classes of photos as training data.
 *
 * @param classes The number of classes, for the task 'multi-label' only. The result then has targets.
 */
export function truthOf(photos: readonly Photo[], classes: number | undefined): Truth {
  const labels = Int32Array.from(photos, ({ label }) => label);
  return classes === undefined ? { labels } : { labels, targets: targetsOf(photos, classes) };
}

/** `[photos, classes]`, 1 for each class that a photo has, else 0. */
function targetsOf(photos: readonly Photo[], classes: number): Float32Array {
  const targets = new Float32Array(photos.length * classes);
  for (const [row, photo] of photos.entries())
    for (const label of labelsOf(photo)) targets[row * classes + label] = 1;
  return targets;
}
