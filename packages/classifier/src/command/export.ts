import { basename, dirname, join } from 'node:path';
import { Option } from 'commander';
import type { EngineName } from '../engine/names';
import { type ExportFormName, exportFormNames } from '../exports/names';
import { trainedInt8 } from '../network/precision';
import { forTerminal } from '../run/names';
import { fromHere } from './from-here';
import { openRun } from './open';
import { engineOption, integer } from './options';
import type { Verb } from './verb';

interface Given {
  readonly to: ExportFormName;
  readonly out?: string;
  readonly weights?: 'float32' | 'float16' | 'int8';
  readonly views?: number;
  readonly engine: EngineName | 'auto';
}

/** `shroom export <run> --to <form>` */
export const exportVerb: Verb<Given> = {
  examples: [
    'shroom export runs/pets --to onnx',
    'shroom export runs/pets --to transformers --out pets',
  ],
  define: command => {
    command
      .description(
        'Writes a trained classifier as a file or folder that other programs open. "web" is a folder for a web server, "zip" the same as one file; ' +
          '"onnx" is a file for any ONNX runtime, "tfjs" a folder for TensorFlow.js, "transformers" a folder for transformers.js; ' +
          '"timm" is the network without its head, for timm in Python.',
      )
      .argument('<run>', 'a trained classifier: a folder, a .zip, a URL, or hf:owner/name')
      .addOption(
        new Option('--to <form>', 'what to write').choices(exportFormNames).makeOptionMandatory(),
      )
      .option('--out <path>', 'the file or folder (default: beside the run, such as <run>.onnx)')
      .addOption(
        new Option(
          '--weights <format>',
          'number format of the weights (default: float32; for web float16)',
        ).choices(['float32', 'float16', 'int8']),
      )
      .addOption(
        new Option(
          '--views <count>',
          'views that an answer of "onnx" or "tfjs" averages (default: 1)',
        ).argParser(integer(1)),
      )
      .addOption(engineOption());
  },
  run: async (session, [run], { to, out = placeOf(run!, to), weights, views, engine }) => {
    const { results, signal } = session;
    const classifier = await openRun(session, run!, engine);
    try {
      const options = { signal, ...(weights && { weights }), ...(views && { views }) };
      const exported = await classifier.export(to as string, out, options);
      const { folder, files } = exported;
      const { licenses, caution } = classifier.file;
      results.heading('Exported');
      // A form that is one file may have its weights beside it.
      const path = to in endings || files.length === 1 ? join(folder, files[0]!.path) : folder;
      const size = files.reduce((sum, { bytes }) => sum + bytes, 0);
      results.fact(to, `${forTerminal(fromHere(path))}, ${(size / 1e6).toFixed(1)} MB`);
      if (trainedInt8(classifier.file))
        results.fact('computes', 'in 32 bits; it was trained in int8, so answers differ a little');
      for (const { of, license } of licenses)
        results.fact('license', forTerminal(`${license}, of ${of}`));
      if (caution) results.say(`\n  ${results.paint('dim', forTerminal(caution.headline))}`);
      return { result: { form: to, precision: 'float32', ...exported, licenses } };
    } finally {
      await classifier.dispose();
    }
  },
};

/** Endings of the forms that are one file. */
const endings: Partial<Record<ExportFormName, string>> = { onnx: '.onnx', zip: '.zip' };

/** Where an export is written by default: beside a folder or a .zip, or in the current folder. */
function placeOf(run: string, form: ExportFormName): string {
  const isRemote = /^(https?:|hf:)/.test(run);
  const name = basename(run.replace(/\/(classifier\.json)?$/, '')).replace(/\.zip$|@.*$/g, '');
  const place = `${name}${form === 'zip' && run.endsWith('.zip') ? '-exported' : ''}`;
  const file = `${place}${endings[form] ?? `-${form}`}`;
  return isRemote ? file : join(dirname(run), file);
}
