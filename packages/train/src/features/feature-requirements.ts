import { requireInteger } from '../options/requirements';
import type { FeatureSource, Features } from './feature-set';
import { sourceOf } from './feature-set';

/**
 * Checks what can be checked of features without reading those that are kept elsewhere.
 *
 * @param name What the caller calls them, such as `train`.
 * @throws RangeError naming the row where a label is no class, or where a feature is not a finite number.
 */
export function checkFeatures(name: string, features: Features, classes: number): void {
  requireInteger('classes', classes, { least: 1 });
  checkIsFeatures(name, features);
  if (features.targets)
    checkTargets(`${name}.targets`, features.targets, features.labels.length, classes);
  else checkLabels(`${name}.labels`, features.labels, classes);
  requireInteger(`${name}.views`, features.views, { least: 1 });
  if ('read' in features) {
    for (const side of features.shape) requireInteger(`${name}.shape`, side, { least: 1 });
    return;
  }
  const { labels, values, views, channels } = features;
  requireInteger(`${name}.channels`, channels, { least: 1 });
  const count = labels.length * views * channels;
  if (values.length !== count)
    throw new RangeError(
      `${name}.values should be ${count} numbers, ${labels.length} photos with ${views} views of ${channels} channels; there are ${values.length}.`,
    );
  const odd = firstOdd(values);
  if (odd !== undefined) {
    const row = Math.floor(odd / channels);
    throw oddRow(name, Math.floor(row / views), row % views, odd % channels, values[odd]!);
  }
}

/** @throws RangeError when they are neither a `FeatureSet` nor a `FeatureSource`: JavaScript does not tell. */
function checkIsFeatures(name: string, features: Features): void {
  const fail = (part: string, expected: string): never => {
    throw new RangeError(`${name}${part} should be ${expected}.`);
  };
  if (typeof features !== 'object' || features === null)
    fail('', 'features: values and labels, or a source of them');
  const { labels } = features;
  if (!(ArrayBuffer.isView(labels) || Array.isArray(labels)))
    fail('.labels', 'an Int32Array, one class index a photo');
  if ('read' in features) {
    if (typeof features.read !== 'function') fail('.read', 'a function');
    if (!Array.isArray(features.shape)) fail('.shape', 'a list of sides');
  } else if (!ArrayBuffer.isView(features.values))
    fail('.values', 'a Float32Array; new Float32Array(list) makes one');
}

/** @throws RangeError naming the first label that is no class. */
export function checkLabels(name: string, labels: ArrayLike<number>, classes: number): void {
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new RangeError(
        `${name}: row ${row} is ${label}; with ${classes} classes a label is a whole number of 0 to ${classes - 1}.`,
      );
  }
}

/** @throws RangeError when there are not as many as photos and classes need, or naming the first that is neither 0 nor 1. */
export function checkTargets(
  name: string,
  targets: ArrayLike<number>,
  photos: number,
  classes: number,
): void {
  if (targets.length !== photos * classes)
    throw new RangeError(
      `${name} should be ${photos * classes} numbers, ${photos} photos with ${classes} classes; there are ${targets.length}.`,
    );
  for (let index = 0; index < targets.length; index++)
    if (targets[index] !== 0 && targets[index] !== 1)
      throw new RangeError(
        `${name}: row ${Math.floor(index / classes)} has ${targets[index]} for class ${index % classes}; it should be 1 where the photo has the class, else 0.`,
      );
}

/**
 * Features that are checked whenever some are read: a wrong number of them, or one that is not finite, is an error that
 * names photo and view.
 */
export function checkedSource(name: string, features: Features): FeatureSource {
  const source = sourceOf(features);
  const size = source.shape.reduce((product, side) => product * side, 1);
  return {
    labels: source.labels,
    ...(source.targets && { targets: source.targets }),
    views: source.views,
    shape: source.shape,
    async read(photos, views) {
      const rows = await source.read(photos, views);
      if (rows.length !== photos.length * size)
        throw new RangeError(
          `${name}: ${photos.length} rows of [${source.shape}] are ${photos.length * size} numbers; read() gave ${rows.length}.`,
        );
      const odd = firstOdd(rows);
      if (odd !== undefined) {
        const row = Math.floor(odd / size);
        throw oddRow(name, photos[row]!, views[row]!, odd % size, rows[odd]!);
      }
      return rows;
    },
  };
}

function firstOdd(values: ArrayLike<number>): number | undefined {
  for (let index = 0; index < values.length; index++)
    if (!Number.isFinite(values[index])) return index;
  return undefined;
}

function oddRow(name: string, photo: number, view: number, place: number, value: number) {
  return new RangeError(
    `${name}: row ${photo}, view ${view}, has ${value} as its number ${place}. Features should be finite numbers; compute this one again.`,
  );
}
