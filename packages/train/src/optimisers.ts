import { Adam, type AdamOptions, AdamW } from './adam';
import type { Optimiser } from './optimiser';
import { unknownName } from './requirements';
import { Sgd, type SgdOptions } from './sgd';

/** An optimiser as plain data, which a configuration can hold. */
export type OptimiserOptions =
  | ({ readonly name: 'adam' | 'adamw' } & AdamOptions)
  | ({ readonly name: 'sgd' } & SgdOptions);

/** @throws RangeError when there is no optimiser of that name. */
export function createOptimiser(options: OptimiserOptions): Optimiser {
  switch (options.name) {
    case 'adam':
      return new Adam(options);
    case 'adamw':
      return new AdamW(options);
    case 'sgd':
      return new Sgd(options);
    default:
      throw unknownName('optimiser', (options as { name: string }).name, ['adam', 'adamw', 'sgd']);
  }
}
