import { type NamesOf, requireKnown } from '../options/option-names';
import { unknownName } from '../options/requirements';
import { Adam, type AdamOptions } from './adam';
import { AdamW } from './adamw';
import type { Optimizer } from './optimizer';
import { Sgd, type SgdOptions } from './sgd';

/** An optimizer as plain data, for a configuration. */
export type OptimizerOptions =
  | ({ readonly name: 'adam' | 'adamw' } & AdamOptions)
  | ({ readonly name: 'sgd' } & SgdOptions);

const adamOptions: NamesOf<AdamOptions & { name: string }> = {
  ...{ name: true, betas: true, epsilon: true, weightDecay: true },
};
const sgdOptions: NamesOf<SgdOptions & { name: string }> = {
  ...{ name: true, momentum: true, nesterov: true, weightDecay: true },
};

/**
 * Creates the optimizer with the given name and options.
 *
 * @throws RangeError when no optimizer has that name, or when it does not have one of the options.
 * @example
 * ```ts
 * const options: OptimizerOptions = JSON.parse('{ "name": "sgd", "momentum": 0.9 }');
 * const optimizer = createOptimizer(options); // the same as `new Sgd({ momentum: 0.9 })`
 * ```
 */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  switch (options.name) {
    case 'adam':
      requireKnown('', options, adamOptions);
      return new Adam(options);
    case 'adamw':
      requireKnown('', options, adamOptions);
      return new AdamW(options);
    case 'sgd':
      requireKnown('', options, sgdOptions);
      return new Sgd(options);
    default:
      throw unknownName('optimizer', (options as { name: string }).name, ['adam', 'adamw', 'sgd']);
  }
}
