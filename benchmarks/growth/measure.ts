import { compare, type OnRound } from '../runner/comparison';
import type { Machine } from '../runner/machine';
import { median } from '../runner/median';
import type { Command, Place } from '../runner/row';
import type { Cost, Growth, GrowthSeries } from './series';

/** Measures every point of a series, alternating with PyTorch if it is installed. */
export async function measureGrowth(
  series: GrowthSeries,
  place: Place,
  machine: Machine,
  onRound: OnRound,
): Promise<Growth> {
  const { name, measures, axis, xs, images, ours, pytorch, warmup, rounds } = series;
  const settings = { python: place.found.python, threads: machine.threads };
  const points: Growth['points'][number][] = [];
  for (const x of xs) {
    const value = (seconds: number) => images(x) / seconds;
    const commands: Record<string, Command> = { ours: ours(x, place) };
    if (pytorch && place.found.versions.torch) commands.pytorch = pytorch(x, place);
    const measured = await compare({ value, warmup, rounds }, commands, settings, (who, round) =>
      onRound(`${who} at ${x.toLocaleString('en')} ${axis}`, round),
    );
    const cost = (who: string): Cost => ({
      rate: Number(median(measured[who]!.values).toPrecision(4)),
      memory: Number((measured[who]!.memory! / 1e9).toPrecision(3)),
    });
    points.push({ x, ours: cost('ours'), ...(measured.pytorch && { peer: cost('pytorch') }) });
  }
  return { name, measures, axis, points, date: new Date().toISOString().slice(0, 10), machine };
}
