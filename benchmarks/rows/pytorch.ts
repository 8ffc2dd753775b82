import { type Peer, python } from '../runner/row';

/** PyTorch in all ways that its users know; the best one counts. Images with channels last only exist for convolutions. */
export function pytorch(network: string, job: string, batch: number, size: number): Peer {
  const isConvolutional = network !== 'head' && !network.startsWith('vit_');
  const ways = ['eager', ...(isConvolutional ? ['channels-last'] : []), 'compiled'];
  return {
    command: () => ({
      ways: Object.fromEntries(
        ways.map(way => [way, python('torch_peer.py', network, job, batch, size, way)]),
      ),
    }),
    ...(network.startsWith('vit_') && { needs: 'timm' }),
  };
}
