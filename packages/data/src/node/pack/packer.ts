import type { Candidate } from '../collection';

/** What a packed file knows about all of its photos. */
export interface PackedSet {
  /** The classes, whose order gives their numbers. */
  readonly classes: readonly string[];
  /** Names of all other facts. */
  readonly columns: readonly string[];
  /** Whether photos may have several classes. */
  readonly isMultiLabel: boolean;
}

/** A photo that was listed, with its class if it has one. */
export type Packable = Omit<Candidate, 'className'> & Partial<Pick<Candidate, 'className'>>;

/** A photo to pack. */
export interface PackedPhoto {
  readonly candidate: Packable;
  readonly bytes: Uint8Array;
  /** Name of the photo in the file: unique, with folders. */
  readonly name: string;
}

/** Writes one file of photos. */
export interface Packer {
  add(photo: PackedPhoto): Promise<void>;
  /** Completes the file. */
  close(): Promise<void>;
  /** Gives the file up. */
  abort(): Promise<void>;
}

/** The names of a photo's classes. */
export const classesOf = ({ className, classNames }: Packable): readonly string[] =>
  classNames ?? (className === undefined ? [] : [className]);

/** The facts about a photo by name, as they are packed beside it. */
export function factsOf({ className, classNames, group, part, columns }: Packable): object {
  const names = classNames ?? className;
  return {
    ...columns,
    ...(names !== undefined && { class: names }),
    ...(part && { split: part }),
    ...(group !== undefined && { group }),
  };
}
