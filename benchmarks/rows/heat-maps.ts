import { node, type Peer, python, type Row } from '../runner/row';

const size = 299;

interface Method {
  readonly network: string;
  readonly method: 'gradcam' | 'layercam' | 'scorecam' | 'integrated-gradients';
  readonly batch: number;
  /** Number of channels that Score-CAM is measured on, and number of all channels; or the number of steps of integrated gradients. */
  readonly part?: number;
  readonly all?: number;
}

/** Seconds of the unit of each method, because a map of Score-CAM takes minutes. */
const perUnit = { gradcam: 1, layercam: 1, scorecam: 3600, 'integrated-gradients': 60 };
const units = { 1: 'maps/s', 60: 'maps/min', 3600: 'maps/h' } as const;

type Library = 'grad-cam' | 'torchcam' | 'captum';
/** The libraries that have each method. Score-CAM of torchcam has no loop that could be measured on a part of the channels. */
const libraries = {
  gradcam: ['grad-cam', 'torchcam'],
  layercam: ['grad-cam', 'torchcam'],
  scorecam: ['grad-cam'],
  'integrated-gradients': ['captum'],
} as const satisfies Record<Method['method'], readonly Library[]>;
const peerNames = {
  'grad-cam': 'pytorch-grad-cam',
  torchcam: 'torchcam',
  captum: 'captum',
} as const;

/** Heat maps, compared with those of libraries for PyTorch. */
export function heatMapRow(
  { network, method, batch, part = 1, all = part }: Method,
  factor: number,
): Omit<Row, 'name' | 'measures'> {
  const theirs = (library: Library): Peer => ({
    command: () => python('gradcam_peer.py', library, network, method, batch, size, part),
    needs: library,
  });
  const maps = (engine: string) => () =>
    node('heat-maps.ts', network, method, batch, size, part, engine);
  return {
    unit: units[perUnit[method] as keyof typeof units],
    better: 'higher',
    bounds: [{ relation: '>=', factor }],
    value: seconds => (perUnit[method] * batch * part) / (seconds * all),
    warmup: 3,
    rounds: 7,
    ours: maps('ort'),
    peers: {
      ...Object.fromEntries(
        libraries[method].map(library => [peerNames[library], theirs(library)]),
      ),
      'tfjs-node': { command: maps('tensorflow'), needs: 'tfjs-node' },
      ...(method === 'gradcam' && {
        'tfjs-chromium': {
          command: () => node('chromium.ts', method, network, batch, size),
          needs: 'chromium',
        },
      }),
    },
  };
}
