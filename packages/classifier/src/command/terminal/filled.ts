import type { Printer } from './printer';

/** A bar that is filled to a share between 0 and 1. */
export function filledBar(
  { paint }: Pick<Printer, 'paint'>,
  share: number,
  length: number,
): string {
  const filled = Math.round(length * Math.min(1, Math.max(0, share)));
  return paint('green', '█'.repeat(filled)) + paint('dim', '░'.repeat(length - filled));
}
