import { describe, expect, test } from 'vitest';
import { ranges } from '../../src/shards/ranges';
import { shardOfTask } from '../../src/shards/scheduler';

describe('the shard of a task, of a plan with 40 shards', () => {
  const slurm = (id: number, min: number, step: number, count: number) => ({
    SLURM_ARRAY_TASK_ID: `${id}`,
    SLURM_ARRAY_TASK_MIN: `${min}`,
    SLURM_ARRAY_TASK_STEP: `${step}`,
    SLURM_ARRAY_TASK_COUNT: `${count}`,
  });
  const grid = (id: number, first: number, last: number, step: number) => ({
    SGE_TASK_ID: `${id}`,
    SGE_TASK_FIRST: `${first}`,
    SGE_TASK_LAST: `${last}`,
    SGE_TASK_STEPSIZE: `${step}`,
  });
  test.each([
    ['Slurm, --array=0-39', slurm(7, 0, 1, 40), 7],
    ['Slurm, --array=1-40', slurm(7, 1, 1, 40), 6],
    ['Slurm, --array=0-78:2', slurm(14, 0, 2, 40), 7],
    ['Slurm, some tasks again, --array=7,12', slurm(7, 7, 1, 2), 7],
    ['Slurm, the second of them', slurm(12, 7, 1, 2), 12],
    ['Kubernetes', { JOB_COMPLETION_INDEX: '39' }, 39],
    ['AWS Batch', { AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '40' }, 0],
    ['Google Batch', { BATCH_TASK_INDEX: '5', BATCH_TASK_COUNT: '40' }, 5],
    ['PBS', { PBS_ARRAY_INDEX: '39' }, 39],
    ['Torque', { PBS_ARRAYID: '39' }, 39],
    ['LSF', { LSB_JOBINDEX: '1', LSB_JOBINDEX_END: '40' }, 0],
    ['LSF, the last one', { LSB_JOBINDEX: '40', LSB_JOBINDEX_END: '40' }, 39],
    ['Grid Engine, -t 1-40', grid(7, 1, 40, 1), 6],
    ['Grid Engine, -t 5-83:2', grid(7, 5, 83, 2), 1],
    ['Grid Engine, some tasks again, -t 7-8', grid(7, 7, 8, 1), 6],
    ['two schedulers that agree', { ...slurm(7, 0, 1, 40), JOB_COMPLETION_INDEX: '7' }, 7],
  ])('%s', (_, environment, shard) => {
    expect(shardOfTask(40, environment)?.shard).toBe(shard);
  });

  test('is unknown without a scheduler, and in jobs that are no arrays', () => {
    expect(shardOfTask(40, {})).toBeUndefined();
    expect(shardOfTask(40, { SGE_TASK_ID: 'undefined', LSB_JOBINDEX: '0' })).toBeUndefined();
  });

  test('the number of shards never comes from the environment', () => {
    const environment = { AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '4' };
    expect(shardOfTask(40, environment)?.shard).toBe(3);
    expect(shardOfTask(4000, environment)?.shard).toBe(3);
  });

  test.each([
    [{ PBS_ARRAY_INDEX: '40' }, /PBS_ARRAY_INDEX=40 is no shard.*has 40.*from 0 to 39/],
    [{ PBS_ARRAYID: '40' }, /PBS_ARRAYID=40 is no shard.*tasks of Torque from 0 to 39/],
    [{ LSB_JOBINDEX: '41' }, /Number the tasks of LSF from 1 to 40/],
    [slurm(7, 0, 2, 40), /no shard/],
    [slurm(-1, 0, 1, 40), /SLURM_ARRAY_TASK_ID=-1 is no number of a task.*--shard/],
    [{ JOB_COMPLETION_INDEX: '7.5' }, /JOB_COMPLETION_INDEX=7.5 is no number/],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '9'.repeat(30) }, /is no shard: the plan has 40/],
    [{ PBS_ARRAY_INDEX: '4', JOB_COMPLETION_INDEX: '5' }, /names shard 5.*names shard 4.*--shard/],
  ])('%j is an error', (environment, message) => {
    expect(() => shardOfTask(40, environment)).toThrow(message);
  });
});

test('numbers are written as schedulers take them', () => {
  expect(ranges([0, 1, 2, 3, 7, 9, 10])).toBe('0-3,7,9-10');
  expect(ranges([])).toBe('');
});
