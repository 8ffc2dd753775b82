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

/** A photo to pack. */
export interface PackedPhoto {
  readonly candidate: Candidate;
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

/** The facts about a photo by name, as they are packed beside it. */
export function factsOf({ className, classNames, group, part, columns }: Candidate): object {
  return {
    ...columns,
    class: classNames ?? className,
    ...(part && { split: part }),
    ...(group !== undefined && { group }),
  };
}
