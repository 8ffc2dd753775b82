import { type NamesOf, requireKnown } from '../options/option-names';
import { unknownName } from '../options/requirements';
import { Adam, type AdamOptions } from './adam';
import { AdamW } from './adamw';
import type { Optimizer } from './optimizer';
import { Sgd, type SgdOptions } from './sgd';

/** An optimizer as plain data, which a configuration can hold. */
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
 * The optimizer that a configuration names.
 *
 * @throws RangeError when there is no optimizer of that name, or it has no such option.
 * @example
 * ```ts
 * const options: OptimizerOptions = JSON.parse('{ "name": "sgd", "momentum": 0.9 }');
 * const optimizer = createOptimizer(options); // as `new Sgd({ momentum: 0.9 })`
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
