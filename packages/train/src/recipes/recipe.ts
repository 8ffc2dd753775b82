import type { FitOptions } from '../fit/fit-options';
import type { Phase } from '../fit/phase';

/** The options of a complete training as plain data. */
export interface Recipe extends Phase {
  readonly followedBy?: FitOptions['followedBy'];
}
