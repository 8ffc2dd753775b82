import type { Origin } from './origin';
import type { SplitName } from './split';

/** One picture of a labeled set. */
export interface Photo {
  /** Unique and stable name: the path below the set's folder with `/` as separator, or a name such as `drawn/Amanita/3`. */
  readonly id: string;
  /** Index into the classes of the set. If the photo has several classes, the lowest index; if it has none, 0. */
  readonly label: number;
  /** Indices of all classes of the photo, ascending, in a set whose photos may have several classes; empty if it has none. */
  readonly labels?: readonly number[];
  /** Hash of the file's bytes in hexadecimal. For a generated picture, the hash identifies what is generated. */
  readonly sha256: string;
  readonly origin: Origin;
  /** Group of the photo, such as its photographer. A split does not separate a group. */
  readonly group?: string;
  /** Part of the photo, if the set comes with a split. */
  readonly part?: SplitName;
  /** Other cells of the photo's row in a table by column name, such as the camera: short texts from at most 20 columns. */
  readonly columns?: Readonly<Record<string, string>>;
  /**
   * Id of the first photo that is nearly the same picture; that photo has its own id here. Photos with the same value stay
   * in one part.
   */
  readonly sameAs?: string;
  /** Ids of near copies in other groups, at which a chain of copies was cut. */
  readonly cutFrom?: readonly string[];
}

/** A fact about a set that its owner should know. No file was changed. */
export interface Finding {
  readonly kind:
    | 'quarantined'
    | 'class left out'
    | 'classes merged'
    /** Two classes whose names probably mean the same. */
    | 'classes alike'
    | 'converted'
    /** Folders or a column are used as the split. */
    | 'split given'
    /** Folders look like a split, but are used as classes. */
    | 'split doubtful'
    /** A photo and its copy are in two parts of a given split. The copy in training or validation is left out. */
    | 'leak'
    /** Near copies are in two groups, because a chain of copies was too long. */
    | 'chain cut'
    /** Near copies were not searched for, because an index has no pictures. Identical files were. */
    | 'copies not searched'
    /** Some photos of an index are not where it says. Only a few were looked for. */
    | 'photos absent'
    /** The meaning of a table's columns was guessed, because it has no header line or no column for the class. */
    | 'columns guessed'
    /** Rows of a table have no group. */
    | 'group missing'
    /** A table or an archive lists a photo several times. It counts once. */
    | 'listed twice'
    /** Hidden files and files of the operating system, as one finding. */
    | 'system files'
    /** A name that some disks do not allow. */
    | 'not portable';
  /** The photo, class or folders that the finding is about. */
  readonly subject: string;
  readonly reason: string;
}

/** Photos that are copies of each other. */
export interface DuplicateGroup {
  /** `exact`: files with the same bytes. `near`: nearly the same picture, in files of which at least two differ. */
  readonly kind: 'exact' | 'near';
  /** Ids of the photos, in the order of the set. */
  readonly photos: readonly string[];
  /** Whether the photos have different classes, so that at least one label is wrong. */
  readonly acrossClasses: boolean;
  /** Whether the photos are in different parts of the split, so that the score will be too good. */
  readonly acrossParts: boolean;
}

/** Labeled photos, and the findings about them. */
export interface PhotoSet<P extends Photo = Photo> {
  /** Name of the set, if its source knows one. */
  readonly name?: string;
  readonly classes: readonly string[];
  readonly photos: readonly P[];
  readonly findings: readonly Finding[];
  /** Groups of photos that are the same or nearly the same, if copies were searched for. No photo is in two groups. */
  readonly copies?: readonly DuplicateGroup[];
}
