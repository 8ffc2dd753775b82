import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, startEngine } from '../engine/engine';
import { PlanError } from '../errors';
import { disposeNetwork, type LoadedClassifier } from '../file/assemble';
import { parseClassifierFile } from '../file/classifier-file';
import { loadClassifier, requireClassifier } from '../file/load';
import { folderOf } from '../file/locate';
import type { ClassifierFile } from '../file/schema';
import { precisionOf } from '../network/precision';
import type { OnProgress } from '../progress';
import type { OpenPlan } from './plan-file';
import { type PlanHead, precisionIn } from './schema';

/** The classifier of a plan, opened by a worker. */
export interface OpenedClassifier {
  readonly loaded: LoadedClassifier;
  readonly engine: Engine;
  dispose(): void;
}

interface Loading {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a plan says of a classifier. */
export async function classifierFacts(
  address: string,
  loading: Loading,
): Promise<{ readonly file: ClassifierFile; readonly facts: NonNullable<PlanHead['classifier']> }> {
  const folder = await folderOf(address, loading);
  const file = await requireClassifier(folder);
  const weights = file.extractors.map(({ weights }) => weights.sha256);
  const sha256 = await hashOfFile(folder);
  return { file, facts: { address: isRemote(address) ? address : folder, sha256, weights } };
}

/** Reads only the file of a plan's classifier. @throws PlanError when it is another one. */
export async function classifierFileOf(
  plan: OpenPlan,
  run: string | undefined,
  loading: Loading,
): Promise<ClassifierFile> {
  const folder = await checkedFolder(plan, run, loading);
  const path = join(folder, 'classifier.json');
  return parseClassifierFile(await readFile(path, 'utf8'), path);
}

/**
 * Opens the classifier of a plan, on the engine of the plan.
 *
 * @param run Its address here. Default: as in the plan.
 * @throws PlanError when the classifier is not that of the plan, or computes in another precision. EngineLoadError when the engine of the plan does not load.
 */
export async function openPlanned(
  plan: OpenPlan,
  run: string | undefined,
  loading: Loading,
): Promise<OpenedClassifier> {
  const folder = await checkedFolder(plan, run, loading);
  const { path, head } = plan;
  const engine = await startEngine(head.engine);
  const { signal, onProgress } = loading;
  const loaded = await loadClassifier(folder, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const computing = loaded.network.extractors.map(
    ({ int8 }) => ({ computes: int8 ? 'int8' : 'float32' }) as const,
  );
  const precision = precisionOf({ extractors: computing });
  if (precision !== precisionIn(head)) {
    disposeNetwork(loaded.network);
    throw new PlanError(
      path,
      `it is for features in ${precisionIn(head)}, and the classifier computes them in ${precision}. Plan again.`,
    );
  }
  return { loaded, engine, dispose: () => disposeNetwork(loaded.network) };
}

async function checkedFolder(
  { path, head }: OpenPlan,
  run: string | undefined,
  loading: Loading,
): Promise<string> {
  const { address, sha256 } = head.classifier!;
  const place = run ?? address;
  if (run === undefined && !isRemote(address) && !existsSync(address))
    throw new PlanError(
      path,
      `its classifier is in ${address}, which is not there on this machine. Say where it is with --run.`,
    );
  const folder = await folderOf(place, loading);
  if ((await hashOfFile(folder)) === sha256) return folder;
  throw new PlanError(
    path,
    `'${place}' has another classifier.json than when the plan was made. Restore it, name the right one with --run, or plan again.`,
  );
}

const isRemote = (address: string): boolean => /^(hf:|https?:)/.test(address);

const hashOfFile = async (folder: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(folder, 'classifier.json')))
    .digest('hex');
