import type { FitOptions } from '../fit/fit-options';
import type { Phase } from '../fit/phase';

/** A whole training as plain data. */
export interface Recipe extends Phase {
  readonly followedBy?: FitOptions['followedBy'];
}
