/** The learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

/**
 * Cosine annealing: from `base` down to `least` in `period` steps, and up again in as many, as PyTorch's
 * `CosineAnnealingLR` goes on past `T_max`.
 * @see Loshchilov & Hutter 2017, equation 5. https://arxiv.org/abs/1608.03983
 */
export function cosineAnnealing(base: number, period: number, least = 0): Schedule {
  return step => least + ((base - least) * (1 + Math.cos((Math.PI * step) / period))) / 2;
}

export function constant(rate: number): Schedule {
  return () => rate;
}
