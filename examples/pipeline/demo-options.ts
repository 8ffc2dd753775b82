import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { engineOption, integer } from './options';
import type { WebWeights } from './web-model';

export interface DemoOptions {
  readonly model: string;
  readonly out: string;
  readonly weights: WebWeights;
  readonly port: number;
  readonly host?: true;
  readonly serve: boolean;
  readonly engine: 'auto';
}

/** The page's folder. */
export const page = fileURLToPath(new URL('../browser/', import.meta.url));
const command = new Command('npm run demo --')
  .description('A web page that classifies photos of mushrooms and shows what it looked at.')
  .option(
    '--model <folder>',
    'what `npm start` trained; trained now if it is not there',
    'runs/drawn-seed0',
  )
  .option('--out <folder>', 'the finished page: files for any web server', join(page, 'dist'))
  .addOption(
    new Option('--weights <kind>', 'how kernels are stored; float16 halves the download')
      .choices(['float16', 'float32'])
      .default('float16'),
  )
  .option('--port <number>', 'where it is served', integer(1, 65535), 4173)
  .option('--host', 'also to other devices in your network, such as a phone')
  .option('--no-serve', 'only build it')
  .addOption(engineOption());

export const parseDemoOptions = () => command.parse().opts<DemoOptions>();
