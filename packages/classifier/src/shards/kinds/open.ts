import type { OnProgress, Stage } from '../../progress';
import { openPlanned } from '../classifier';
import type { OpenPlan } from '../plan-file';
import type { ShardedWork } from '../schema';
import type { Rower, WorkPlace } from './kind';
import { predictRows } from './predict';

/** The stage whose progress a kind of work reports. */
export const stages: Readonly<Record<ShardedWork, Stage>> = {
  predict: 'classifying',
};

/** Opens everything that the work of a plan needs. @param run Address of the classifier here, if it is not that of the plan. */
export async function openRower(
  plan: OpenPlan,
  place: WorkPlace,
  {
    run,
    onProgress,
  }: { readonly run?: string | undefined; readonly onProgress?: OnProgress | undefined },
): Promise<Rower> {
  const { work } = plan.head;
  const classifier = await openPlanned(plan, run, { onProgress, signal: place.signal });
  try {
    return predictRows(work, classifier, place);
  } catch (error) {
    classifier.dispose();
    throw error;
  }
}
