/**
 * Shows where the time of a row goes, with ONNX Runtime's own profiler: `npx tsx profile.ts <row> [runs]` in `benchmarks/`
 * (`SHAPES=1` tells operators apart by their shapes).
 * Prints the milliseconds per run for every kind of operator, in the session that took most of the time, and the time of
 * the row's own runs.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rows } from './rows/table';
import { Contestant } from './runner/contestant';
import { median } from './runner/median';
import { chosen, parseOptions } from './runner/options';
import { findPeers } from './runner/peers';

interface Event {
  readonly cat: string;
  readonly name: string;
  /** Duration in microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    /** Types and shapes, such as `[{"float":[8,74,74,96]}]`. */
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

const { names, threads, photos = '' } = parseOptions(process.argv.slice(2));
const runs = Number(names[1] ?? 6);
const [row] = chosen(rows, [names[0] ?? 'resnet50-forward-299']);
const folder = mkdtempSync(join(tmpdir(), 'shroom-profile-'));
const found = findPeers();
try {
  const hook = fileURLToPath(new URL('profiling/hook.mjs', import.meta.url));
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import ${hook}`;
  process.env.PROFILES = folder;
  const command = row!.ours({ folder, photos, found });
  const contestant = new Contestant(command, { python: found.python, threads });
  await contestant.ready();
  const seconds: number[] = [];
  for (let run = 0; run < row!.warmup + runs; run++) {
    const answer = await contestant.run();
    if (run >= row!.warmup) seconds.push(answer.seconds);
  }
  await contestant.close();
  report(median(seconds));
} finally {
  rmSync(folder, { recursive: true });
}

/** The operator; by SHAPES=1 also the kernel of tfjs that it comes from, and the shapes of its inputs. */
function named(
  name: string,
  { op_name = 'unknown', input_type_shape = [] } = {} as NonNullable<Event['args']>,
): string {
  if (!process.env.SHAPES) return op_name;
  const shapes = input_type_shape
    .flatMap(each => Object.values(each))
    .filter(shape => shape.length > 0);
  return `${op_name} of ${name.split('/')[0]}, ${shapes.map(shape => shape.join(' x ')).join('; ')}`;
}

function report(seconds: number): void {
  const sessions = readdirSync(folder).map(
    file => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Event[],
  );
  const runsOf = (events: readonly Event[]) => events.filter(({ name }) => name === 'model_run');
  const timeOf = (events: readonly Event[]) =>
    runsOf(events).reduce((sum, { dur }) => sum + dur, 0);
  const events = sessions.reduce((most, each) => (timeOf(each) > timeOf(most) ? each : most));
  const count = runsOf(events).length;
  const perOperator = new Map<string, { calls: number; milliseconds: number }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
    const operator = named(name, args);
    const known = perOperator.get(operator) ?? { calls: 0, milliseconds: 0 };
    known.calls += 1 / count;
    known.milliseconds += dur / 1000 / count;
    perOperator.set(operator, known);
  }
  const sorted = [...perOperator].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  const total = sorted.reduce((sum, [, { milliseconds }]) => sum + milliseconds, 0);
  console.log(`${row!.name}: ${(1000 * seconds).toFixed(1)} ms a run, median of ${runs}, profiled`);
  console.log(`${total.toFixed(1)} ms of them in operators (mean of ${count} runs of a session)\n`);
  console.log('| operator | calls | ms | share |\n|---|---|---|---|');
  for (const [operator, { calls, milliseconds }] of sorted.filter(
    ([, each]) => each.milliseconds > 0.005 * total,
  ))
    console.log(
      `| ${operator} | ${Math.round(calls)} | ${milliseconds.toFixed(1)} | ${((100 * milliseconds) / total).toFixed(0)} % |`,
    );
}
