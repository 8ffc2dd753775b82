/** The learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

export function constant(rate: number): Schedule {
  return () => rate;
}

/**
 * Cosine annealing: from `base` down to `least` in `period` steps, and up again in as many, as PyTorch's
 * `CosineAnnealingLR` goes on past `T_max`.
 * @see Loshchilov & Hutter 2017, equation 5. https://arxiv.org/abs/1608.03983
 */
export function cosineAnnealing(base: number, period: number, least = 0): Schedule {
  return step => cosine(base, least, step / period);
}

/** `base`, times `factor` after every `period` steps. PyTorch's `StepLR`. */
export function stepwise(base: number, period: number, factor: number): Schedule {
  return step => base * factor ** Math.floor(step / period);
}

export interface OneCycleOptions {
  /** Share of the steps in which the rate rises. Default 0.3. */
  readonly rising?: number;
  /** The first rate is `most` over this. Default 25. */
  readonly initialDivisor?: number;
  /** The last rate is the first over this. Default 1e4. */
  readonly finalDivisor?: number;
}

/**
 * One cycle: along a cosine up to `most`, and along another down to almost nothing at the last of `total` steps. The
 * learning rate of PyTorch's `OneCycleLR`; momentum stays as it is.
 * @see Smith & Topin 2018. https://arxiv.org/abs/1708.07120
 */
export function oneCycle(most: number, total: number, options: OneCycleOptions = {}): Schedule {
  const { rising = 0.3, initialDivisor = 25, finalDivisor = 1e4 } = options;
  const first = most / initialDivisor;
  const peak = rising * total - 1;
  return step =>
    step <= peak
      ? cosine(first, most, peak > 0 ? step / peak : 1)
      : cosine(most, first / finalDivisor, Math.min(1, (step - peak) / (total - 1 - peak)));
}

/**
 * Rises along a line from the share `start` of the wrapped schedule's first rate, and starts that schedule after `steps`
 * steps.
 * @see Goyal et al. 2017, section 2.2. https://arxiv.org/abs/1706.02677
 */
export function warmUp(schedule: Schedule, steps: number, start = 0): Schedule {
  return step =>
    step < steps ? schedule(0) * (start + ((1 - start) * step) / steps) : schedule(step - steps);
}

/** From `from` at 0 to `to` at 1. */
function cosine(from: number, to: number, progress: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
}

/** A schedule as plain data, which a configuration can hold. What is not said lasts as long as the training. */
export type ScheduleOptions = (
  | { readonly name: 'constant'; readonly rate: number }
  | {
      readonly name: 'cosineAnnealing';
      readonly base: number;
      /** In steps. Default: the whole training, once down. */
      readonly period?: number;
      readonly least?: number;
    }
  | ({ readonly name: 'oneCycle'; readonly most: number } & OneCycleOptions)
  | {
      readonly name: 'stepwise';
      readonly base: number;
      /** In epochs. */
      readonly epochs: number;
      readonly factor: number;
    }
) & {
  /** Steps of linear rise before all of that. Default 0. */
  readonly warmUp?: number;
};

/** What is known of a training before it starts. */
export interface TrainingLength {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** @throws RangeError when there is no schedule of that name. */
export function scheduleOf(options: ScheduleOptions, length: TrainingLength): Schedule {
  const { warmUp: rise = 0 } = options;
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
      return constant(options.rate);
    case 'cosineAnnealing':
      return cosineAnnealing(options.base, options.period ?? Math.max(1, total), options.least);
    case 'oneCycle':
      return oneCycle(options.most, Math.max(2, total), options);
    case 'stepwise':
      return stepwise(options.base, options.epochs * stepsPerEpoch, options.factor);
    default:
      throw new RangeError(
        `There is no schedule '${(options as { name: string }).name}'; there are constant, cosineAnnealing, oneCycle and stepwise.`,
      );
  }
}
