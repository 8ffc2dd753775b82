import type { EngineName } from '../engine/names';
import { licenseNotices } from '../results/license-notices';
import { forTerminal } from '../run/names';
import type { RequestLimits } from '../server/options';
import { engineOption, integer } from './options';
import { counted } from './terminal/words';
import type { Verb } from './verb';

interface ServeVerbOptions {
  readonly port: number;
  readonly host: string;
  readonly workers: number;
  readonly page?: string;
  readonly engine: EngineName | 'auto';
  readonly maxRequests?: number;
  readonly maxPhotos?: number;
  readonly maxBytes?: number;
  readonly maxPixels?: number;
  readonly maxSeconds?: number;
}

/** `shroom serve <run>` */
export const serve: Verb<ServeVerbOptions> = {
  examples: [
    'shroom serve runs/pets',
    'shroom serve runs/pets --port 80 --host 0.0.0.0 --workers 2',
  ],
  define: command => {
    command
      .description(
        'Answers over HTTP: POST /predict and /explain take photos. /api lists everything. Ctrl+C stops the server after the requests that are running.',
      )
      .argument('<run>', 'folder, .zip or address of a trained classifier')
      .option('--port <number>', '0 takes any free port', integer(0, 65_535), 8080)
      .option(
        '--host <address>',
        'address to listen on; 0.0.0.0 lets others in the network in',
        '127.0.0.1',
      )
      .option('--workers <count>', 'processes that compute', integer(1, 256), 1)
      .option('--page <folder>', 'folder of a web page, served at /')
      .addOption(engineOption())
      .option('--max-requests <count>', 'requests at once (default: 64)', integer(1))
      .option('--max-photos <count>', 'photos in a request (default: 16)', integer(1))
      .option('--max-bytes <count>', 'bytes in a request (default: 32000000)', integer(1))
      .option('--max-pixels <count>', 'pixels of a photo (default: 50000000)', integer(1))
      .option(
        '--max-seconds <count>',
        'seconds to receive a request, and again to answer it (default: 30)',
        integer(1, 86_400),
      );
  },
  run: async ({ notes, results, signal }, [run], options) => {
    const { maxRequests, maxPhotos, maxBytes, maxPixels, maxSeconds, ...others } = options;
    const { serve: start } = await import('../server');
    const limits = { requests: maxRequests, photos: maxPhotos, bytes: maxBytes, pixels: maxPixels };
    const server = await start(run!, {
      ...others,
      signal,
      limits: given({ ...limits, seconds: maxSeconds }),
      onEvent: ({ reason }) => notes.warn(forTerminal(`A process was replaced: ${reason}`)),
    });
    const { url, addresses, title, classes, engine, precision, fallback, licenses } = server;
    const computing = precision === 'float32' ? engine : `${engine}, ${precision}`;
    if (fallback) notes.warn(fallback);
    for (const text of licenseNotices(licenses)) notes.warn(forTerminal(text));
    // Who reads the line may stop the server at once.
    const stopping = stopped(signal);
    results.say(
      forTerminal(
        `${title} (${counted(classes.length, 'class', 'classes')}, ${computing}) answers at ${addresses.join(' and ')}`,
      ),
    );
    await stopping;
    await server.close();
    results.say('Stopped.');
    return { result: { url, title, classes, engine, precision, ...(fallback && { fallback }) } };
  },
};

/** The limits that were given. */
const given = (limits: Readonly<Record<string, number | undefined>>): Partial<RequestLimits> =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));

/** Waits for Ctrl+C, or for SIGTERM, which a system sends that stops a program. A second signal of either kind ends the process at once. */
async function stopped(signal: AbortSignal): Promise<void> {
  await new Promise<void>(done => {
    const terminate = () => {
      process.once('SIGINT', () => process.exit(130));
      done();
    };
    const interrupt = () => {
      process.off('SIGTERM', terminate);
      done();
    };
    process.once('SIGTERM', terminate);
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
  });
}
