import { fieldOf } from './lazy-list';
import { compareText } from './text-order';

/** The classes of a sample. */
export interface Labeled {
  readonly label: number;
  /** All classes, if samples may have several classes. */
  readonly labels?: readonly number[];
}

/** All classes of a sample. */
export const labelsOf = ({ label, labels }: Labeled): readonly number[] => labels ?? [label];

/** The classes of a file by name. */
export interface Named {
  readonly className: string;
  /** All classes, if files may have several classes. */
  readonly classNames?: readonly string[];
}

/** All classes of a file. */
export const namesOf = ({ className, classNames }: Named): readonly string[] =>
  classNames ?? [className];

/** All classes of the files of a list, by their places in it. */
export function namesIn(files: readonly Named[]): (place: number) => readonly string[] {
  const [nameOf, severalOf] = [fieldOf(files, 'className'), fieldOf(files, 'classNames')];
  return place => severalOf(place) ?? [nameOf(place)];
}

/** The class names as one text, independent of their order. */
export const classKey = (names: readonly string[]): string =>
  [...names].sort(compareText).join("' and '");
