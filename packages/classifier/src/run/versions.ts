import { createRequire } from 'node:module';
import { pixelsVersion } from '@shroom/data';
import type { Engine } from '../engine/engine';

/** Versions of all software that may change a result, by name. */
export type Versions = Readonly<Record<string, string>>;

/** Versions of the running software. They are stored with a run, and compared when the run is continued on another machine. */
export function versionsOf(engine: Pick<Engine, 'name'>): Versions {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) => {
    try {
      return (require(`${name}/package.json`) as { version: string }).version;
    } catch {
      return 'none';
    }
  };
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    engine: engine.name,
    pixels: pixelsVersion,
    ...Object.fromEntries(
      ['@tensorflow/tfjs-core', 'onnxruntime-node', '@shroom/train'].map(name => [
        name,
        versionOf(name),
      ]),
    ),
  };
}
