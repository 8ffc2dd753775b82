import type { Seconds } from '../results/metrics';

/** Measures the seconds that each part of a run takes. */
export function stopwatch() {
  const begin = performance.now();
  const laps = { load: 0, features: 0, head: 0, explain: 0 };
  let last = begin;
  const round = (milliseconds: number) => Math.round(milliseconds / 10) / 100;
  return {
    lap: (name: keyof typeof laps): void => {
      laps[name] = performance.now() - last;
      last = performance.now();
    },
    seconds: (): Seconds => ({
      features: round(laps.features),
      head: round(laps.head),
      explain: round(laps.explain),
      total: round(performance.now() - begin),
    }),
  };
}
