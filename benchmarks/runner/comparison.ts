import { type Answer, Contestant, type Settings } from './contestant';
import { median } from './median';
import type { Command, Row } from './row';

/** Called with the name of the running contestant and its round. Rounds below 0 are for warming up. */
export type OnRound = (name: string, round: number) => void;

/** Separates the name of a contestant from that of the way to run it: `pytorch/compiled`. */
export const waySeparator = '/';

/** The measurements of one contestant: one value for each round, in the row's unit. */
export interface Measurement {
  readonly values: readonly number[];
  /** Peak resident memory of the process in bytes, if the process runs all rounds. */
  readonly memory?: number;
  /** Medians of the figures that the contestant reports about its parts. */
  readonly details?: Readonly<Record<string, number>>;
  /** The classes that the contestant predicted in the last round. */
  readonly classes?: readonly number[];
}

/** A way to measure one contestant repeatedly. */
interface Entrant {
  run(): Promise<Omit<Answer, 'seconds'> & { readonly measured: number }>;
  /** Ends the contestant. @returns peak memory in bytes, if known. */
  close?(): Promise<number>;
  kill?(): void;
}

/**
 * Measures contestants in alternating rounds, so that other work of the machine affects all of them.
 *
 * @param onLeftOut Called for a way to run a contestant that cannot start, if there are other ways. It is left out.
 * @throws Error when a contestant fails, because a comparison with fewer contestants would look complete.
 */
export async function compare(
  row: Pick<Row, 'value' | 'warmup' | 'rounds' | 'quantity'>,
  commands: Readonly<Record<string, Command>>,
  settings: Settings,
  onRound: OnRound,
  onLeftOut?: (name: string, error: Error) => void,
): Promise<Record<string, Measurement>> {
  const entrants: Record<string, Entrant> = {};
  const values: Record<string, number[]> = {};
  const details: Record<string, Record<string, number>[]> = {};
  const classes: Record<string, readonly number[]> = {};
  try {
    for (const [name, command] of Object.entries(commands)) {
      onRound(name, -row.warmup - 1);
      try {
        entrants[name] = await kinds[row.quantity ?? 'seconds'](command, settings);
      } catch (error) {
        if (!onLeftOut || !hasOtherWays(name, commands)) throw error;
        onLeftOut(name, error as Error);
        continue;
      }
      values[name] = [];
      details[name] = [];
    }
    for (let round = -row.warmup; round < row.rounds; round++)
      for (const [name, entrant] of Object.entries(entrants)) {
        onRound(name, round);
        const answer = await entrant.run();
        if (round < 0) continue;
        values[name]!.push(row.value(answer.measured));
        if (answer.details) details[name]!.push({ ...answer.details });
        if (answer.classes) classes[name] = answer.classes;
      }
    const measurements: Record<string, Measurement> = {};
    for (const [name, entrant] of Object.entries(entrants)) {
      const memory = await entrant.close?.();
      measurements[name] = {
        values: values[name]!,
        ...(memory && { memory }),
        ...(details[name]!.length > 0 && { details: medians(details[name]!) }),
        ...(classes[name] && { classes: classes[name] }),
      };
    }
    return measurements;
  } catch (error) {
    for (const entrant of Object.values(entrants)) entrant.kill?.();
    throw error;
  }
}

/** Whether there is another way to run the contestant. The first way is its plainest one, which has to work. */
function hasOtherWays(name: string, commands: Readonly<Record<string, Command>>): boolean {
  const [peer, way] = name.split(waySeparator);
  const first = Object.keys(commands).find(each => each.startsWith(`${peer}${waySeparator}`));
  return way !== undefined && name !== first;
}

const kinds: Record<
  NonNullable<Row['quantity']>,
  (command: Command, settings: Settings) => Promise<Entrant>
> = {
  seconds: async (command, settings) => {
    const contestant = new Contestant(command, settings);
    await contestant.ready();
    return {
      run: async () => {
        const { seconds, ...more } = await contestant.run();
        return { measured: seconds, ...more };
      },
      close: () => contestant.close(),
      kill: () => contestant.kill(),
    };
  },
  fresh: async (command, settings) => ({
    run: async () => {
      const contestant = new Contestant(command, settings);
      const measured = await contestant.ready();
      await contestant.exited();
      return { measured };
    },
  }),
  memory: async (command, settings) => ({
    run: async () => {
      const contestant = new Contestant(command, settings);
      const memory = contestant.watch();
      try {
        await contestant.ready();
        await contestant.run();
        await contestant.close();
        return { measured: memory.most };
      } catch (error) {
        contestant.kill();
        throw error;
      } finally {
        memory.end();
      }
    },
  }),
};

function medians(list: readonly Record<string, number>[]): Record<string, number> {
  return Object.fromEntries(
    Object.keys(list[0]!).map(key => [key, median(list.map(each => each[key]!))]),
  );
}
