import { compareText } from './text-order';

/** What a sample says of its classes. */
export interface Labeled {
  readonly label: number;
  /** All of them, where samples may have several. */
  readonly labels?: readonly number[];
}

/** All classes of a sample. */
export const labelsOf = ({ label, labels }: Labeled): readonly number[] => labels ?? [label];

/** A file's classes by their names. */
export interface Named {
  readonly className: string;
  /** All of them, where files may have several. */
  readonly classNames?: readonly string[];
}

/** All classes of a file. */
export const namesOf = ({ className, classNames }: Named): readonly string[] =>
  classNames ?? [className];

/** Classes in words, the same whatever their order. */
export const classKey = (names: readonly string[]): string =>
  [...names].sort(compareText).join("' and '");
