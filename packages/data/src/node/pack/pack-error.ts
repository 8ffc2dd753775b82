/**
 * Photos cannot be packed where they should be.
 *
 * @example
 * ```ts
 * await packPhotos('photos', 'shards').catch(error => {
 *   if (error instanceof PackError) console.error(`${error.path} is in the way`);
 *   throw error;
 * });
 * ```
 */
export class PackError extends Error {
  override readonly name = 'PackError';
  /** The file or folder that is in the way. */
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
  }
}
