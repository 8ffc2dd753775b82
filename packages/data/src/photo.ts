import type { Origin } from './origin';
import type { SplitName } from './split';

/** One picture of a labeled set. */
export interface Photo {
  /** Unique and stable: its path below the set's folder, with `/` between the parts, or a name such as `drawn/Amanita/3`. */
  readonly id: string;
  /** Index into the set's classes; of several the lowest. */
  readonly label: number;
  /** All its classes, ascending, in a set whose photos may have several. */
  readonly labels?: readonly number[];
  /** Of the file's bytes, in hexadecimal; a generated picture's names what is generated. */
  readonly sha256: string;
  readonly origin: Origin;
  /** What must not be torn apart by a split, such as everything from one photographer. */
  readonly group?: string;
  /** Where the set comes with a split: its part. */
  readonly part?: SplitName;
  /** What else its table says of it, by the name of the column, such as the camera: short texts, of 20 columns at most. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Id of the first photo that is nearly the same picture, also its own: those with the same id stay in one part. */
  readonly sameAs?: string;
  /** Ids of near copies in other groups, where a chain of copies was cut. */
  readonly cutFrom?: readonly string[];
}

/** Something about a set that its owner should know. Nothing in it was changed. */
export interface Finding {
  readonly kind:
    | 'quarantined'
    | 'class left out'
    | 'classes merged'
    /** Two classes whose names probably mean the same. */
    | 'classes alike'
    | 'converted'
    /** Folders or a column are taken as the split. */
    | 'split given'
    /** Folders look like a split, but are taken as classes. */
    | 'split doubtful'
    /** The same photo, or nearly the same, in two parts of a given split; the copy in training or validation is left out. */
    | 'leak'
    /** Near copies that are in two groups, since a chain of them had become too long. */
    | 'chain cut'
    /** Which columns of a table say what, where it has no header line or none for the class. */
    | 'columns guessed'
    /** Rows of a table without a group. */
    | 'group missing'
    /** A table or an archive lists a photo again; it counts once. */
    | 'listed twice'
    /** Hidden files and the system's own, summed. */
    | 'system files'
    /** A name that other disks refuse. */
    | 'not portable';
  /** The photo, class or folders that it is about. */
  readonly subject: string;
  readonly reason: string;
}

/** Photos that show the same. */
export interface DuplicateGroup {
  /** `exact`: the same bytes. `near`: nearly the same picture, at least one of them in other bytes. */
  readonly kind: 'exact' | 'near';
  /** Ids, in the order of the photos. */
  readonly photos: readonly string[];
  /** Their labels contradict each other: at least one is wrong. */
  readonly acrossClasses: boolean;
  /** What is trained on is tested on: the score will be too good. */
  readonly acrossParts: boolean;
}

/** Labeled photos, and what was found wrong while listing them. */
export interface PhotoSet<P extends Photo = Photo> {
  /** What the set is called, where its source knows. */
  readonly name?: string;
  readonly classes: readonly string[];
  readonly photos: readonly P[];
  readonly findings: readonly Finding[];
  /** Photos that are the same or nearly so, where they were looked for; none is in two groups. */
  readonly copies?: readonly DuplicateGroup[];
}
