import type { OnProgress, Stage } from '../../progress';
import { openPlanned } from '../classifier';
import type { OpenPlan } from '../plan-file';
import type { ShardedWork } from '../schema';
import { examinedRows } from './examined';
import { explainRows } from './explain';
import { featureRows } from './features';
import type { Rower, WorkPlace } from './kind';
import { predictRows } from './predict';

/** The stage whose progress a kind of work reports. */
export const stages: Readonly<Record<ShardedWork, Stage>> = {
  predict: 'classifying',
  inspect: 'inspecting photos',
  explain: 'heat maps',
  features: 'features',
  hash: 'checking photos',
};

interface Opening {
  /** Address of the classifier here, if it is not that of the plan. */
  readonly run?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Opens everything that the work of a plan needs. */
export async function openRower(
  plan: OpenPlan,
  place: WorkPlace,
  { run, onProgress }: Opening,
): Promise<Rower> {
  const { work } = plan.head;
  if (work.what === 'inspect') return examinedRows(work.copies === 'auto');
  if (work.what === 'hash') return examinedRows(false);
  const classifier = await openPlanned(plan, run, { onProgress, signal: place.signal });
  try {
    if (work.what === 'predict') return predictRows(work, classifier, place);
    if (work.what === 'features') return featureRows(work, classifier, place);
    return await explainRows(work, classifier, place);
  } catch (error) {
    classifier.dispose();
    throw error;
  }
}
