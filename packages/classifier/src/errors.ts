/**
 * A classifier file is none, of another version, or says what cannot be.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets').catch(error => {
 *   if (error instanceof ClassifierFileError) console.error(`${error.path} cannot be used`);
 *   throw error;
 * });
 * ```
 */
export class ClassifierFileError extends Error {
  override readonly name = 'ClassifierFileError';
  /** Of the file. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}

/**
 * A folder is not what a run needs: it holds other files, no run, or no whole one.
 *
 * @example
 * ```ts
 * await train('photos', { out: 'pictures' }).catch(error => {
 *   if (error instanceof RunFolderError) return train('photos', { out: 'runs/pictures' });
 *   throw error;
 * });
 * ```
 */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
  readonly folder: string;

  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(`${folder} ${reason}`, options);
    this.folder = folder;
  }
}

/**
 * Another process works in the folder of a run.
 *
 * @example
 * ```ts
 * await resume('runs/pets').catch(error => {
 *   if (error instanceof RunBusyError) console.error(`somebody trains in ${error.folder}`);
 *   else throw error;
 * });
 * ```
 */
export class RunBusyError extends Error {
  override readonly name = 'RunBusyError';
  readonly folder: string;

  constructor(folder: string, owner: string) {
    super(
      `${folder} is being written by ${owner}. Wait until it is done, stop it, or give another folder with --out.`,
    );
    this.folder = folder;
  }
}

/**
 * An engine that was asked for does not load.
 *
 * @example
 * ```ts
 * await startEngine('tensorflow').catch(error => {
 *   if (error instanceof EngineLoadError) return startEngine('auto');
 *   throw error;
 * });
 * ```
 */
export class EngineLoadError extends Error {
  override readonly name = 'EngineLoadError';
}

/**
 * A network cannot do what was asked of it, or there is no such network.
 *
 * @example
 * ```ts
 * try {
 *   findWeights('resnet5');
 * } catch (error) {
 *   if (error instanceof UnsupportedNetworkError) console.error(error.message); // names what there is
 * }
 * ```
 */
export class UnsupportedNetworkError extends Error {
  override readonly name = 'UnsupportedNetworkError';
}

/**
 * A photo that was given cannot be read.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * for await (const answer of classifier.predictEach([bytes]))
 *   if ('error' in answer) console.error(answer.error.message);
 * ```
 */
export class PhotoError extends Error {
  override readonly name = 'PhotoError';
  /** Its path, or its place in what was given. */
  readonly photo: string;

  constructor(photo: string, reason: string, options?: ErrorOptions) {
    super(`${photo}: ${reason}`, options);
    this.photo = photo;
  }
}
