import { node, type Place, python, type Row } from '../runner/row';

const size = 299;

interface Method {
  readonly network: string;
  readonly method: 'gradcam' | 'scorecam';
  readonly batch: number;
  /** Channels that Score-CAM is measured on, and those that there are. */
  readonly channels?: readonly [part: number, all: number];
}

/** Heat maps a second at the last feature map, beside pytorch-grad-cam's. */
export function heatMapRow(
  { network, method, batch, channels: [part, all] = [1, 1] }: Method,
  factor: number,
): Omit<Row, 'name' | 'measures'> {
  const theirs = ({ found }: Place) =>
    python('gradcam_peer.py', found.gradCam!, network, method, batch, size, part);
  return {
    unit: 'maps/s',
    better: 'higher',
    bounds: [{ peer: 'pytorch-grad-cam', relation: '>=', factor }],
    value: seconds => batch / ((seconds * all) / part),
    warmup: 3,
    rounds: 7,
    ours: () => node('heat-maps.ts', network, method, batch, size, part),
    peers: { 'pytorch-grad-cam': { command: theirs, needs: 'gradCam' } },
  };
}
