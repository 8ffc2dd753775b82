/** A file of a set: a repository, a folder, or what a server lists. */
export interface SetFile {
  /** Path in the set with `/` as separator. */
  readonly name: string;
  /** Path or address. */
  readonly place: string;
  /** Name of the part of a split, if the set says it. */
  readonly split?: string;
}
