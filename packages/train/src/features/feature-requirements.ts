import { requireInteger } from '../options/requirements';
import type { FeatureSource, Features } from './feature-set';
import { sizeOf, sourceOf } from './feature-set';

/**
 * Checks features as far as possible without reading those that are stored outside memory.
 *
 * @param name The caller's name for the features, such as `train`.
 * @throws RangeError naming the row where a label is not a class, or where a feature is not a finite number.
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
      `${name}.values should hold ${count} numbers (${labels.length} photos, ${views} views, ${channels} channels), not ${values.length}.`,
    );
  requireFinite(name, values, channels, row => [Math.floor(row / views), row % views]);
}

/**
 * @throws RangeError when the features are neither a `FeatureSet` nor a `FeatureSource`; in JavaScript, no compiler checks
 *   that.
 */
function checkIsFeatures(name: string, features: Features): void {
  const fail = (part: string, expected: string): never => {
    throw new RangeError(`${name}${part} should be ${expected}.`);
  };
  if (typeof features !== 'object' || features === null)
    fail('', 'a FeatureSet (with values and labels) or a FeatureSource');
  const { labels } = features;
  if (!(ArrayBuffer.isView(labels) || Array.isArray(labels)))
    fail('.labels', 'an Int32Array of class indices');
  if ('read' in features) {
    if (typeof features.read !== 'function') fail('.read', 'a function');
    if (!Array.isArray(features.shape)) fail('.shape', 'a list of side lengths');
  } else if (!ArrayBuffer.isView(features.values)) fail('.values', 'a Float32Array');
}

/** @throws RangeError naming the first label that is not a class. */
export function checkLabels(name: string, labels: ArrayLike<number>, classes: number): void {
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new RangeError(
        `${name}: row ${row} is ${label}; with ${classes} classes, a label should be a whole number from 0 to ${classes - 1}.`,
      );
  }
}

/**
 * @throws RangeError when the number of targets is not photos times classes, or naming the first target that is neither 0
 *   nor 1.
 */
export function checkTargets(
  name: string,
  targets: ArrayLike<number>,
  photos: number,
  classes: number,
): void {
  if (targets.length !== photos * classes)
    throw new RangeError(
      `${name} should hold ${photos * classes} numbers (${photos} photos, ${classes} classes), not ${targets.length}.`,
    );
  for (let index = 0; index < targets.length; index++)
    if (targets[index] !== 0 && targets[index] !== 1)
      throw new RangeError(
        `${name}: row ${Math.floor(index / classes)} has ${targets[index]} for class ${index % classes}; it ` +
          'should be 0 or 1.',
      );
}

/**
 * Wraps features so that every read is checked: a wrong number of values, or a value that is not finite, is an error that
 * names the photo and the view.
 */
export function checkedSource(name: string, features: Features): FeatureSource {
  const source = sourceOf(features);
  const size = sizeOf(source.shape);
  // Everything else is that of the source, also what it computes only when asked.
  return Object.assign(Object.create(source) as FeatureSource, {
    async read(photos: ArrayLike<number>, views: ArrayLike<number>) {
      const rows = await source.read(photos, views);
      if (rows.length !== photos.length * size)
        throw new RangeError(
          `${name}: ${photos.length} rows of [${source.shape}] are ${photos.length * size} numbers, not ${rows.length}.`,
        );
      requireFinite(name, rows, size, row => [photos[row]!, views[row]!]);
      return rows;
    },
  });
}

/**
 * The place of the first value that is not a finite number, or -1. Every batch is checked, and a sum takes a fifth of the time of tests: 0
 * times a number that is not finite is not 0.
 */
export function firstOdd(values: Float32Array | readonly number[]): number {
  let sum = 0;
  for (let place = 0; place < values.length; place++) sum += 0 * values[place]!;
  return sum === 0 ? -1 : values.findIndex(value => !Number.isFinite(value));
}

/** @param whose The photo and the view of a row of `size` numbers. @throws RangeError naming the first number that is not finite. */
function requireFinite(
  name: string,
  values: Float32Array,
  size: number,
  whose: (row: number) => readonly [photo: number, view: number],
): void {
  const odd = firstOdd(values);
  if (odd < 0) return;
  const [photo, view] = whose(Math.floor(odd / size));
  throw new RangeError(
    `${name}: row ${photo}, view ${view}, index ${odd % size} is ${values[odd]}. It should be finite.`,
  );
}
