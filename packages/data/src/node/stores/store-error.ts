/** Kinds of faults of a store of photos, for programs that react to some of them differently. */
export type PhotoStoreFault =
  /** The address is none of this kind of store. */
  | 'address'
  /** There are credentials, but they cannot be used. */
  | 'credentials'
  /** The server cannot be reached, is overloaded, or broke the connection too often. */
  | 'connection'
  /** The server was silent for too long. */
  | 'silence'
  /** The server denies access. */
  | 'refused'
  /** The server does not have the file. */
  | 'missing'
  /** The server sent something else than was asked for. */
  | 'answer'
  /** Asking the server is forbidden by HF_HUB_OFFLINE. */
  | 'offline';

/**
 * Thrown when photos on a server cannot be listed or read. The message names the address without credentials, and says what to do.
 *
 * @example
 * ```ts
 * try {
 *   await openPhotos('s3://bucket/photos/');
 * } catch (error) {
 *   if (!(error instanceof PhotoStoreError) || error.fault !== 'refused') throw error;
 *   console.error('These credentials may not read the bucket.');
 * }
 * ```
 */
export class PhotoStoreError extends Error {
  override readonly name = 'PhotoStoreError';
  readonly fault: PhotoStoreFault;

  constructor(fault: PhotoStoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
