// A Slurm cluster of a few nodes, all on this machine.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A running cluster. */
export interface Cluster {
  /** Runs a command of Slurm, such as `squeue`. @returns What it prints. */
  slurm(command: string, args?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const programs = ['munged', 'slurmctld', 'slurmd', 'sbatch'];

/** @throws Error when Slurm is not installed. */
async function requireSlurm(): Promise<void> {
  for (const name of programs)
    await run('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${name}`]).catch(() => {
      throw new Error(
        `${name} is missing. On Debian: apt-get install slurm-wlm munge. This program installs nothing itself.`,
      );
    });
}

/**
 * Starts a cluster. Needs root, as `slurmd` starts jobs as other users.
 *
 * @param folder For its configuration, logs and state.
 * @param nodes Number of nodes, each with one processor.
 */
export async function startCluster(folder: string, nodes: number): Promise<Cluster> {
  await requireSlurm();
  for (const name of ['state', 'spool', 'log'])
    await mkdir(join(folder, name), { recursive: true });
  const socket = join(folder, 'munge.socket');
  const key = join(folder, 'munge.key');
  await writeFile(key, randomBytes(1024), { mode: 0o400 });
  const configuration = join(folder, 'slurm.conf');
  await writeFile(configuration, configurationOf(folder, socket, nodes));
  const env = { ...process.env, SLURM_CONF: configuration, PATH: `${process.env.PATH}:/usr/sbin` };
  const daemons: ChildProcess[] = [];
  const start = (name: string, args: readonly string[]) => {
    const log = openSync(join(folder, 'log', `${name}-${daemons.length}.txt`), 'w');
    daemons.push(spawn(name, args, { env, stdio: ['ignore', log, log] }));
    closeSync(log);
  };
  const slurm = async (command: string, args: readonly string[] = []) =>
    (await run(command, args, { env, cwd: folder })).stdout;
  const stop = async () => {
    for (const daemon of daemons.toReversed()) daemon.kill('SIGTERM');
    await Promise.all(
      daemons.map(daemon =>
        daemon.exitCode === null && daemon.signalCode === null
          ? Promise.race([new Promise(done => daemon.once('exit', done)), pause(5_000)])
          : undefined,
      ),
    );
    for (const daemon of daemons) daemon.kill('SIGKILL');
  };
  try {
    const own = ['log', 'pid', 'seed'].map(
      name => `--${name}-file=${join(folder, `munge.${name}`)}`,
    );
    start('munged', ['--foreground', '--force', `--socket=${socket}`, `--key-file=${key}`, ...own]);
    await until('munged', async () => existsSync(socket));
    start('slurmctld', ['-D', '-f', configuration]);
    await until('slurmctld', async () => (await slurm('scontrol', ['ping'])).includes('is UP'));
    for (let node = 0; node < nodes; node++)
      start('slurmd', ['-D', '-N', `n${node}`, '-f', configuration]);
    await until('slurmd', async () => {
      const idle = await slurm('sinfo', ['-h', '-N', '-t', 'idle', '-o', '%N']);
      return new Set(idle.split('\n').filter(Boolean)).size === nodes;
    });
  } catch (error) {
    await stop();
    const log = await readFile(join(folder, 'log', 'slurmctld-1.txt'), 'utf8').catch(() => '');
    throw new Error(`The cluster did not start. ${log.slice(-2000)}`, { cause: error });
  }
  return { slurm, stop };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    if (await isSo().catch(() => false)) return;
    await pause(500);
  }
  throw new Error(`${what} did not start within a minute.`);
}

/** All nodes are this machine, under other names and ports. */
function configurationOf(folder: string, socket: string, nodes: number): string {
  const host = hostname();
  const lines = [
    'ClusterName=shroom',
    `SlurmctldHost=${host}(127.0.0.1)`,
    ...['SlurmUser=root', 'SlurmdUser=root', 'AuthType=auth/munge', `AuthInfo=socket=${socket}`],
    ...['SlurmctldPort=17700', `StateSaveLocation=${folder}/state`],
    ...[`SlurmdSpoolDir=${folder}/spool/%n`, `SlurmctldPidFile=${folder}/slurmctld.pid`],
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    ...['ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'SwitchType=switch/none'],
    ...['MpiDefault=none', 'AccountingStorageType=accounting_storage/none'],
    ...['JobAcctGatherType=jobacct_gather/none', 'SelectType=select/cons_tres'],
    ...['SelectTypeParameters=CR_CPU', 'SlurmdParameters=config_overrides', 'ReturnToService=2'],
    ...[
      'SchedulerParameters=sched_interval=2',
      'KillWait=5',
      'MinJobAge=3600',
      'MaxArraySize=1001',
    ],
    ...Array.from(
      { length: nodes },
      (_, node) =>
        `NodeName=n${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${17_701 + node} CPUs=1 RealMemory=2000`,
    ),
    `PartitionName=all Nodes=n[0-${nodes - 1}] Default=YES MaxTime=INFINITE State=UP`,
  ];
  return `${lines.join('\n')}\n`;
}
