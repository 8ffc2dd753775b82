import { type NamesOf, requireKnown } from '../options/option-names';
import { requireInteger, requireNumber, unknownName } from '../options/requirements';

/** Returns the learning rate at a step; steps count from 0. */
export type Schedule = (step: number) => number;

/**
 * The same learning rate at every step.
 *
 * @example
 * ```ts
 * const schedule = warmUp(constant(1e-3), 100); // rises for 100 steps, then stays at 1e-3
 * ```
 */
export function constant(learningRate: number): Schedule {
  requireNumber('learningRate', learningRate, { least: 0 });
  return () => learningRate;
}

/**
 * Cosine annealing: the learning rate falls from `learningRate` to `least` in `period` steps and rises again in the next
 * `period` steps, as PyTorch's `CosineAnnealingLR` does beyond `T_max`.
 * @see Loshchilov & Hutter 2017, equation 5. https://arxiv.org/abs/1608.03983
 * @example
 * ```ts
 * [0, 50, 100, 150].map(cosineAnnealing(1e-3, 100)); // [0.001, 0.0005, 0, 0.0005]
 * ```
 */
export function cosineAnnealing(learningRate: number, period: number, least = 0): Schedule {
  requireNumber('learningRate', learningRate, { least: 0 });
  requireNumber('period', period, { above: 0 });
  requireNumber('least', least, { least: 0 });
  return step => cosine(learningRate, least, step / period);
}

/**
 * Multiplies the learning rate by `factor` after every `period` steps, like PyTorch's `StepLR`.
 *
 * @example
 * ```ts
 * [0, 30, 60].map(stepwise(0.1, 30, 0.1)); // [0.1, 0.01, 0.001]
 * ```
 */
export function stepwise(learningRate: number, period: number, factor: number): Schedule {
  requireNumber('learningRate', learningRate, { least: 0 });
  requireNumber('period', period, { above: 0 });
  requireNumber('factor', factor, { least: 0 });
  return step => learningRate * factor ** Math.floor(step / period);
}

export interface OneCycleOptions {
  /** Share of the steps in which the learning rate rises, 0 to 1. Default 0.3. */
  readonly rising?: number;
  /** The first learning rate is the highest divided by this number. Default 25. */
  readonly initialDivisor?: number;
  /** The last learning rate is the first divided by this number. Default 1e4. */
  readonly finalDivisor?: number;
}

/**
 * One cycle: the learning rate rises along a cosine to `learningRate`, its highest value, and falls along another cosine to
 * almost 0 at the last of `total` steps. These are the learning rates of PyTorch's `OneCycleLR`; the momentum is not
 * changed.
 * @see Smith & Topin 2018. https://arxiv.org/abs/1708.07120
 * @example
 * ```ts
 * [0, 29, 99].map(oneCycle(1e-3, 100)); // [4e-5, 1e-3, 4e-9]: the peak is after 0.3 of the steps
 * ```
 */
export function oneCycle(
  learningRate: number,
  total: number,
  options: OneCycleOptions = {},
): Schedule {
  const { rising = 0.3, initialDivisor = 25, finalDivisor = 1e4 } = options;
  requireNumber('learningRate', learningRate, { least: 0 });
  requireNumber('total', total, { least: 1 });
  requireNumber('rising', rising, { least: 0, most: 1 });
  requireNumber('initialDivisor', initialDivisor, { above: 0 });
  requireNumber('finalDivisor', finalDivisor, { above: 0 });
  const first = learningRate / initialDivisor;
  const peak = rising * total - 1;
  return step =>
    step <= peak
      ? cosine(first, learningRate, peak > 0 ? step / peak : 1)
      : cosine(learningRate, first / finalDivisor, Math.min(1, (step - peak) / (total - 1 - peak)));
}

/**
 * Linear warm-up: the learning rate starts at `start` (a share, 0 to 1) of the wrapped schedule's first learning rate and
 * rises to it within `steps` steps. Then the wrapped schedule starts.
 * @see Goyal et al. 2017, section 2.2. https://arxiv.org/abs/1706.02677
 * @example
 * ```ts
 * [0, 5, 10].map(warmUp(constant(0.1), 10)); // [0, 0.05, 0.1]
 * ```
 */
export function warmUp(schedule: Schedule, steps: number, start = 0): Schedule {
  requireInteger('steps', steps, { least: 0 });
  requireNumber('start', start, { least: 0, most: 1 });
  return step =>
    step < steps ? schedule(0) * (start + ((1 - start) * step) / steps) : schedule(step - steps);
}

/** Half a cosine from `from` at progress 0 to `to` at progress 1. */
function cosine(from: number, to: number, progress: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
}

/** A schedule as plain data, for a configuration. Durations that are not given follow from the length of the training. */
export type ScheduleOptions = (
  | { readonly name: 'constant' }
  | {
      readonly name: 'cosineAnnealing';
      /** Number of steps from the highest to the lowest learning rate. Default: the whole training. */
      readonly period?: number;
      readonly least?: number;
    }
  | ({ readonly name: 'oneCycle' } & OneCycleOptions)
  | {
      readonly name: 'stepwise';
      /** Number of epochs between two changes of the learning rate. */
      readonly epochs: number;
      readonly factor: number;
    }
) & {
  /**
   * The highest learning rate. `constant` keeps it, `oneCycle` reaches it at the peak, and the other schedules start with
   * it.
   */
  readonly learningRate: number;
  /** Number of steps of linear warm-up before the schedule starts. Default 0. */
  readonly warmUp?: number;
};

/** The length of a training, known before it starts. */
export interface TrainingLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

type OptionsOf<Name extends ScheduleOptions['name']> = Extract<ScheduleOptions, { name: Name }>;
const common = { name: true, learningRate: true, warmUp: true } as const;
const scheduleOptions: { readonly [Name in ScheduleOptions['name']]: NamesOf<OptionsOf<Name>> } = {
  constant: common,
  cosineAnnealing: { ...common, period: true, least: true },
  oneCycle: { ...common, rising: true, initialDivisor: true, finalDivisor: true },
  stepwise: { ...common, epochs: true, factor: true },
};

/**
 * Creates the schedule with the given name and options.
 *
 * @throws RangeError when no schedule has that name, when it does not have one of the options, or when an option is
 *   invalid; the error names the option.
 * @example
 * ```ts
 * const options = { name: 'cosineAnnealing', learningRate: 1e-3, warmUp: 20 } as const;
 * const schedule = scheduleOf(options, { epochs: 10, stepsPerEpoch: 30 });
 * [0, 10, 20, 300].map(schedule); // [0, 0.0005, 0.001, 0]
 * ```
 */
export function scheduleOf(options: ScheduleOptions, length: TrainingLength): Schedule {
  const { warmUp: rise = 0 } = options;
  if (Object.hasOwn(scheduleOptions, options.name))
    requireKnown('', options, scheduleOptions[options.name]);
  requireInteger('warmUp', rise, { least: 0 });
  const schedule = plainSchedule(options, length, length.epochs * length.stepsPerEpoch - rise);
  return rise > 0 ? warmUp(schedule, rise) : schedule;
}

function plainSchedule(
  options: ScheduleOptions,
  { stepsPerEpoch }: TrainingLength,
  total: number,
): Schedule {
  switch (options.name) {
    case 'constant':
      return constant(options.learningRate);
    case 'cosineAnnealing':
      return cosineAnnealing(
        options.learningRate,
        options.period ?? Math.max(1, total),
        options.least,
      );
    case 'oneCycle':
      return oneCycle(options.learningRate, Math.max(2, total), options);
    case 'stepwise':
      requireNumber('epochs', options.epochs, { above: 0 });
      return stepwise(options.learningRate, options.epochs * stepsPerEpoch, options.factor);
    default:
      throw unknownName(
        'schedule',
        (options as { name: string }).name,
        Object.keys(scheduleOptions),
      );
  }
}
