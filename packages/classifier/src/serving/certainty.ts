import type { ClassifierFile } from '../file/schema';
import type { CertaintyOfViews } from './answer';

/** The calibration for a number of views. @throws RangeError when it was not measured for that number. */
export function certaintyOf(
  { certainty }: Pick<ClassifierFile, 'certainty'>,
  views: number,
): CertaintyOfViews {
  const found = certainty.find(each => each.views === views);
  if (found) return found;
  const known = certainty.map(each => each.views).join(' or ');
  throw new RangeError(`How sure answers from ${views} views are was not measured; take ${known}.`);
}
