/**
 * A file of a classifier is missing, damaged, of another version, or has invalid content.
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
  /** Path of the file. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}

/**
 * A folder cannot be used as the folder of a run: it has other files, no run, or an incomplete run.
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
 * Another process is writing to the folder of a run.
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
 * The requested engine does not load.
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
 * The engine cannot do what was asked. The message says what it can do, and how to get an engine that can.
 *
 * @example
 * ```ts
 * await finetune('runs/pets', { engine: 'wasm' }).catch(error => {
 *   if (error instanceof EngineLimitError) console.error(error.message); // a ConvNeXt cannot be fine-tuned on wasm
 *   else throw error;
 * });
 * ```
 */
export class EngineLimitError extends Error {
  override readonly name = 'EngineLimitError';
}

/**
 * The network is unknown, or does not support the requested option.
 *
 * @example
 * ```ts
 * try {
 *   findWeights('resnet5');
 * } catch (error) {
 *   if (error instanceof UnsupportedNetworkError) console.error(error.message); // lists the known names
 * }
 * ```
 */
export class UnsupportedNetworkError extends Error {
  override readonly name = 'UnsupportedNetworkError';
}

/**
 * A classifier cannot be exported in the requested form.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * await classifier.export('timm', 'pets-timm').catch(error => {
 *   if (error instanceof UnsupportedExportError) return classifier.export('onnx', 'pets.onnx');
 *   throw error;
 * });
 * ```
 */
export class UnsupportedExportError extends Error {
  override readonly name = 'UnsupportedExportError';
  /** The form, such as `timm`. */
  readonly form: string;

  constructor(form: string, reason: string) {
    super(`This classifier cannot be exported as ${form}: ${reason}`);
    this.form = form;
  }
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
  /** The photo's path, or its position in the list that was given, from 1. */
  readonly photo: string;

  constructor(photo: string, reason: string, options?: ErrorOptions) {
    super(`${photo}: ${reason}`, options);
    this.photo = photo;
  }
}

/**
 * The table of a folder of features is damaged, or lacks a column, a class or a part.
 *
 * @example
 * ```ts
 * try {
 *   const { close } = await openFeatureFolder('genera-features', { unreadable: 'error' });
 *   await close();
 * } catch (error) {
 *   if (!(error instanceof FeatureFolderError)) throw error;
 *   console.error(error.message); // genera-features/photos.csv says that '7.jpg' could not be read: ...
 * }
 * ```
 */
export class FeatureFolderError extends Error {
  override readonly name = 'FeatureFolderError';

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path} ${reason}`, options);
  }
}

/**
 * The plan of a job in shards is missing, damaged or of another version, or does not fit what is here.
 *
 * @example
 * ```ts
 * await workShard('pets.plan', { shard: 3 }).catch(error => {
 *   if (error instanceof PlanError) console.error(`${error.path} has to be made again`);
 *   throw error;
 * });
 * ```
 */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  /** Path of the plan. */
  readonly path: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}

/**
 * Another worker is doing the shard.
 *
 * @example
 * ```ts
 * await workShard('pets.plan', { shard: 3 }).catch(error => {
 *   if (error instanceof ShardBusyError) console.error(`shard ${error.shard} is in good hands`);
 *   else throw error;
 * });
 * ```
 */
export class ShardBusyError extends Error {
  override readonly name = 'ShardBusyError';
  /** From 0. */
  readonly shard: number;

  constructor(shard: number, owner: string) {
    super(`Shard ${shard} is being done by ${owner}. Wait until it is done, or stop that worker.`);
    this.shard = shard;
  }
}

/**
 * Shards are missing, so their results cannot be merged.
 *
 * @example
 * ```ts
 * await mergeShards('pets.plan').catch(async error => {
 *   if (!(error instanceof UnfinishedShardsError)) throw error;
 *   for (const shard of error.shards) await workShard('pets.plan', { shard });
 * });
 * ```
 */
export class UnfinishedShardsError extends Error {
  override readonly name = 'UnfinishedShardsError';
  /** Numbers of the shards that are not done, from 0. */
  readonly shards: readonly number[];

  constructor(message: string, shards: readonly number[]) {
    super(message);
    this.shards = shards;
  }
}

/**
 * The result of a shard belongs to another plan, or is damaged.
 *
 * @example
 * ```ts
 * import { rm } from 'node:fs/promises';
 *
 * await mergeShards('pets.plan').catch(async error => {
 *   if (error instanceof ForeignShardError) await rm(error.folder, { recursive: true });
 *   throw error;
 * });
 * ```
 */
export class ForeignShardError extends Error {
  override readonly name = 'ForeignShardError';
  readonly folder: string;

  constructor(folder: string, reason: string) {
    super(`${folder} ${reason} Remove this folder, then do the shard again.`);
    this.folder = folder;
  }
}
