/** The shard that a scheduler has given to this process. */
export interface GivenShard {
  /** From 0. */
  readonly shard: number;
  /** Name of the scheduler. */
  readonly scheduler: string;
  /** The variable that says it, and its value, such as `SLURM_ARRAY_TASK_ID=7`. */
  readonly said: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Scheduler {
  readonly name: string;
  /** The variable with the index of the task. */
  readonly index: string;
  /** The shard of a task. */
  shardOf(index: number, numbers: (name: string) => number | undefined, shards: number): number;
}

const asIs = (index: number): number => index;

/**
 * The variables of schedulers. Where numbers may begin and step anywhere, an array with one task for each shard counts from its first task.
 * An array of only some tasks, such as those that are submitted again, has another first task and another size: then the numbers are
 * those of the shards.
 */
const schedulers: readonly Scheduler[] = [
  {
    name: 'Slurm',
    index: 'SLURM_ARRAY_TASK_ID',
    shardOf: (index, numberOf, shards) => {
      const [first, step] = [numberOf('SLURM_ARRAY_TASK_MIN'), numberOf('SLURM_ARRAY_TASK_STEP')];
      const isWhole = numberOf('SLURM_ARRAY_TASK_COUNT') === shards;
      return isWhole && first !== undefined ? (index - first) / (step || 1) : index;
    },
  },
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', shardOf: asIs },
  { name: 'AWS Batch', index: 'AWS_BATCH_JOB_ARRAY_INDEX', shardOf: asIs },
  { name: 'Google Batch', index: 'BATCH_TASK_INDEX', shardOf: asIs },
  { name: 'PBS', index: 'PBS_ARRAY_INDEX', shardOf: asIs },
  { name: 'Torque', index: 'PBS_ARRAYID', shardOf: asIs },
  { name: 'LSF', index: 'LSB_JOBINDEX', shardOf: index => index - 1 },
  {
    name: 'Grid Engine',
    index: 'SGE_TASK_ID',
    shardOf: (index, numberOf, shards) => {
      const [first, last] = [numberOf('SGE_TASK_FIRST'), numberOf('SGE_TASK_LAST')];
      const step = numberOf('SGE_TASK_STEPSIZE') || 1;
      const isWhole =
        first !== undefined &&
        last !== undefined &&
        Math.floor((last - first) / step) + 1 === shards;
      return isWhole ? (index - first) / step : index - 1;
    },
  },
];

/** The variables with the index of a task, for messages. */
export const indexVariables: readonly string[] = schedulers.map(({ index }) => index);

/**
 * Finds the shard of this process in the variables of Slurm, Kubernetes Indexed Jobs, AWS Batch, Google Batch, PBS, Torque, LSF and
 * Grid Engine.
 *
 * LSF and Grid Engine count from 1, the others as the array is numbered, which should be from 0. When only some tasks of an array are
 * submitted again, their numbers stay the same, and so do their shards. The number of shards is never taken from the environment.
 *
 * @param shards The number of shards of the plan.
 * @returns Undefined when no scheduler has started this process as a task of an array.
 * @throws RangeError when the plan has no such shard, a variable is no whole number, or two schedulers name different shards.
 * @example
 * ```ts
 * const { shard } = shardOfTask(400, { SLURM_ARRAY_TASK_ID: '7' })!; // 7
 * await workShard('pets.plan', { shard });
 * ```
 */
export function shardOfTask(
  shards: number,
  environment: Environment = process.env,
): GivenShard | undefined {
  const numberOf = (name: string) => {
    const text = environment[name]?.trim() ?? '';
    // Grid Engine says `undefined` and LSF 0 in a job that is no array.
    return /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const found = schedulers.flatMap((scheduler): GivenShard[] => {
    const index = numberOf(scheduler.index);
    const text = environment[scheduler.index]?.trim() ?? '';
    if (index === undefined && text !== '' && text !== 'undefined')
      throw new RangeError(
        `${scheduler.index}=${text} is no number of a task. Give the shard with --shard.`,
      );
    if (index === undefined || (scheduler.name === 'LSF' && index === 0)) return [];
    const shard = scheduler.shardOf(index, numberOf, shards);
    return [{ shard, scheduler: scheduler.name, said: `${scheduler.index}=${index}` }];
  });
  const [first] = found;
  if (!first) return undefined;
  const other = found.find(({ shard }) => shard !== first.shard);
  if (other)
    throw new RangeError(
      `${first.said} names shard ${first.shard}, ${other.said} names shard ${other.shard}. Give the right one with --shard.`,
    );
  if (Number.isInteger(first.shard) && first.shard >= 0 && first.shard < shards) return first;
  const last = { LSF: shards, 'Grid Engine': shards }[first.scheduler] ?? shards - 1;
  throw new RangeError(
    `${first.said} is no shard: the plan has ${shards}. Number the tasks of ${first.scheduler} from ${last - shards + 1} to ${last}.`,
  );
}
